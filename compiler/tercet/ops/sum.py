"""The sum over one axis."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import SI8, SI32, I64Attr, IntArray, number, tensor, tensor_type, unsigned


@irdl_op_definition
class Sum(IntegerOp):
    """acc[.., ..] = sum over k of (x[.., k, ..] - zero_point), in i32; the axis of k is removed."""

    name = "tercet.sum"
    x = operand_def(TensorType)
    acc = result_def(TensorType)
    axis = prop_def(I64Attr)
    """1 or more: never the batch."""
    zero_point = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_sum", "tercet/sum.h"),
        Kernel("tercet::sum", "tercet/sum.hpp"),
    )

    def __init__(self, x: SSAValue, zero_point: int = 0, *, axis: int, layer: str) -> None:
        shape = tensor_type(x).get_shape()
        super().__init__(
            operands=[x],
            result_types=[tensor((*shape[:axis], *shape[axis + 1 :]), SI32)],
            properties={"axis": number(axis), "zero_point": number(zero_point)},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        shape, axis = tensor_type(self.x).get_shape(), self.axis.value.data
        self.require(1 <= axis < len(shape), f"axis {axis} is not 1 to {len(shape) - 1}")
        result = tensor((*shape[:axis], *shape[axis + 1 :]), SI32)
        self.require(self.acc.type == result, f"the result must be {result}")

    def range(self, x: Interval) -> Interval:
        n, zero = tensor_type(self.x).get_shape()[self.axis.value.data], self.zero_point.value.data
        return Interval(n * (x.low - zero), n * (x.high - zero))

    def reference(self, x: IntArray) -> IntArray:
        found: IntArray = (x - self.zero_point.value.data).sum(self.axis.value.data)
        return found

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        zero = graph.constant(self.zero_point.value.data)
        wide = graph.node("Sub", graph.cast(operands[0], np.int64), zero)
        axes = graph.constant([self.axis.value.data])
        return graph.cast(graph.node("ReduceSum", wide, axes, keepdims=0), np.int32)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        tokens = build([tensor((1, 9, 4), SI8)], lambda x: [cls(x, -7, axis=1, layer="tokens")])
        last = build([tensor((1, 2, 3, 5), unsigned(16))], lambda x: [cls(x, axis=3, layer="last")])
        return [
            Sample(tokens, (Interval(-128, 127),)),
            Sample(last, (Interval(0, 2**16 - 1),)),
        ]
