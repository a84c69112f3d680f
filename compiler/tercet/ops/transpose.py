"""Transpose: the axes in another order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, SI32, Dense, shape_of, tensor, values_of, vector


@irdl_op_definition
class Transpose(MovementOp):
    """Axis i of y is axis permutation[i] of x."""

    name = "tercet.transpose"
    x = operand_def(TensorType)
    permutation = prop_def(Dense)
    """si64, one for each axis; the batch stays first."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_transpose", "tercet/transpose.h"),
        Kernel("tercet::transpose", "tercet/transpose.hpp"),
    )

    def __init__(self, x: SSAValue, permutation: Sequence[int], *, layer: str) -> None:
        shape = [shape_of(x)[axis] for axis in permutation[1:]]
        super().__init__([x], shape, {"permutation": vector(permutation)}, layer)

    def axes(self) -> tuple[int, ...]:
        return tuple(values_of(self.permutation).tolist())

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        (x,), axes = shapes, self.axes()
        legal = sorted(axes) == list(range(len(x))) and axes[0] == 0
        self.require(legal, f"{axes} is no order of the axes of {x} with the batch first")
        return tuple(x[axis] for axis in axes)

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        (x,) = operands
        return np.ascontiguousarray(x.transpose(self.axes()))

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        return graph.node("Transpose", *operands, perm=list(self.axes()))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        last = build([tensor((1, 3, 4, 5), SI8)], lambda x: [cls(x, (0, 2, 3, 1), layer="last")])
        swap = build([tensor((1, 6, 7), SI32)], lambda x: [cls(x, (0, 2, 1), layer="swap")])
        return [
            Sample(last, (Interval(-128, 127),)),
            Sample(swap, (Interval(-(2**31), 2**31 - 1),)),
        ]
