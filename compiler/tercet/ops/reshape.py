"""Reshape: the same elements, row-major, in another shape (flatten, view, squeeze)."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI32, UI8, shape_of, tensor


@irdl_op_definition
class Reshape(MovementOp):
    """y[b] = the elements of x[b], row-major, in the result's shape."""

    name = "tercet.reshape"
    x = operand_def(TensorType)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_reshape", "tercet/reshape.h"),
        Kernel("tercet::reshape", "tercet/reshape.hpp"),
    )

    def __init__(self, x: SSAValue, shape: Sequence[int], *, layer: str) -> None:
        """`shape` has no batch."""
        super().__init__([x], shape, {}, layer)

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        (x,), y = shapes, shape_of(self.y)
        self.require(prod(x[1:]) == prod(y[1:]), f"{x} and {y} have unlike numbers of elements")
        return (x[0], *y[1:])

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        (x,) = operands
        return x.reshape(len(x), *shape_of(self.y)[1:])

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        # an extent of 0 keeps the operand's extent: the batch
        return graph.node("Reshape", *operands, graph.constant([0, *shape_of(self.y)[1:]]))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        flat = build([tensor((1, 3, 4, 5), UI8)], lambda x: [cls(x, (60,), layer="flat")])
        heads = build([tensor((1, 4, 6), SI32)], lambda x: [cls(x, (2, 2, 1, 6), layer="heads")])
        return [Sample(flat, (Interval(0, 255),)), Sample(heads, (Interval(-(2**31), 2**31 - 1),))]
