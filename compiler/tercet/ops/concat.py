"""Tensors one after the other along an axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def, var_operand_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, UI8, I64Attr, number, shape_of, tensor


@irdl_op_definition
class Concat(MovementOp):
    """y = the operands in order, one after the other along `axis`."""

    name = "tercet.concat"
    xs = var_operand_def(TensorType)
    axis = prop_def(I64Attr)
    """1 or more."""
    count = prop_def(I64Attr)
    """The number of operands, which the kernel call needs."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_concat", "tercet/concat.h"),
        Kernel("tercet::concat", "tercet/concat.hpp"),
    )

    def __init__(self, xs: Sequence[SSAValue], axis: int, *, layer: str) -> None:
        shape = list(shape_of(xs[0]))
        shape[axis] = sum(shape_of(x)[axis] for x in xs)
        properties = {"axis": number(axis), "count": number(len(xs))}
        super().__init__([xs], shape[1:], properties, layer)

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        axis, rank = self.axis.value.data, len(shapes[0]) if shapes else 0
        self.require(1 <= axis < rank, f"axis {axis} is none of 1 to {rank - 1}")
        self.require(self.count.value.data == len(shapes), f"count is not {len(shapes)}")
        others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
        same = len(others) == 1 and {len(shape) for shape in shapes} == {rank}
        self.require(same, f"{list(shapes)} differ off axis {axis}")
        joined = sum(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], joined, *shapes[0][axis + 1 :])

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate(operands, axis=self.axis.value.data)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        return graph.node("Concat", *operands, axis=self.axis.value.data)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        pair = build(
            [tensor((1, 2, 3, 4), UI8), tensor((1, 5, 3, 4), UI8)],
            lambda a, b: [cls([a, b], 1, layer="pair")],
        )
        three = build(
            [tensor((1, 4, 3), SI8), tensor((1, 4, 1), SI8), tensor((1, 4, 2), SI8)],
            lambda *xs: [cls(xs, 2, layer="three")],
        )
        single = build([tensor((1, 5), SI8)], lambda x: [cls([x], 1, layer="single")])
        byte = Interval(-128, 127)
        return [
            Sample(pair, (Interval(0, 200), Interval(10, 255))),
            Sample(three, (byte, Interval(-5, 5), byte)),
            Sample(single, (byte,)),
        ]
