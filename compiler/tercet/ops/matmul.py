"""Matrix product of two activations, as attention computes its scores and its weighted values."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.arithmetic.products import matmul, total, unsigned_bytes
from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    I64Attr,
    IntArray,
    number,
    signed,
    tensor,
    tensor_type,
)


@irdl_op_definition
class MatMul(IntegerOp):
    """acc[.., m, n] = sum over k of (a[.., m, k] - zero_a) * (b[.., k, n] - zero_b), in i32."""

    name = "tercet.matmul"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    acc = result_def(TensorType)
    zero_a = prop_def(I64Attr)
    zero_b = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_matmul", "tercet/matmul.h"),
        Kernel("tercet::matmul", "tercet/matmul.hpp"),
    )

    def __init__(
        self, a: SSAValue, b: SSAValue, zero_a: int = 0, zero_b: int = 0, *, layer: str
    ) -> None:
        shape = (*tensor_type(a).get_shape()[:-1], tensor_type(b).get_shape()[-1])
        super().__init__(
            operands=[a, b],
            result_types=[tensor(shape, SI32)],
            properties={"zero_a": number(zero_a), "zero_b": number(zero_b)},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        a, b = tensor_type(self.a).get_shape(), tensor_type(self.b).get_shape()
        legal = len(a) == len(b) >= 3 and a[:-2] == b[:-2] and a[-1] == b[-2]
        self.require(legal, f"cannot multiply {a} and {b}; wanted (batch, .., M, K), (.., K, N)")
        result = tensor((*a[:-1], b[-1]), SI32)
        self.require(self.acc.type == result, f"the result must be {result}")

    def range(self, a: Interval, b: Interval) -> Interval:
        depth = tensor_type(self.a).get_shape()[-1]
        left = np.array([a.low, a.high]) - self.zero_a.value.data
        right = np.array([b.low, b.high]) - self.zero_b.value.data
        return Interval.around(depth * np.outer(left, right))

    def reference(self, a: IntArray, b: IntArray) -> IntArray:
        return matmul(a - self.zero_a.value.data, b - self.zero_b.value.data)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        a, b = (tensor_type(value).element_type for value in (self.a, self.b))
        left = unsigned_bytes(graph, operands[0], a, self.zero_a.value.data)
        right = unsigned_bytes(graph, operands[1], b, self.zero_b.value.data)
        terms = []
        for one in left:
            for other in right:
                zeros = (graph.constant(byte.zero, np.uint8) for byte in (one, other))
                acc = graph.node("MatMulInteger", one.value, other.value, *zeros)
                terms.append((one.factor * other.factor, acc))
        return total(graph, terms)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        heads = build(
            [tensor((1, 2, 3, 8), SI8), tensor((1, 2, 8, 5), UI8)],
            lambda a, b: [cls(a, b, -4, 130, layer="heads")],
        )
        wide = build(
            [tensor((1, 4, 6), signed(12)), tensor((1, 6, 2), SI8)],
            lambda a, b: [cls(a, b, 100, layer="wide")],
        )
        narrow = Interval(-128, 127)
        return [
            Sample(heads, (narrow, Interval(0, 255))),
            Sample(wide, (Interval(-2048, 2047), narrow)),
        ]
