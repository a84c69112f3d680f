"""Matrix product of integers: the accumulators of a dense layer."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.products import matmul, total, unsigned_bytes, weights
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    signed,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class Linear(IntegerOp):
    """acc[.., n] = bias[n] + sum over k of weight[n, k] * (x[.., k] - zero_point), in i32."""

    name = "tercet.linear"
    x = operand_def(TensorType)
    acc = result_def(TensorType)
    weight = prop_def(Dense)
    """si8 [N, K]."""
    bias = opt_prop_def(Dense)
    """si32 [N]."""
    zero_point = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_linear", "tercet/linear.h"),
        Kernel("tercet::linear", "tercet/linear.hpp"),
    )

    def __init__(
        self,
        x: SSAValue,
        weight: IntArray,
        bias: IntArray | None = None,
        zero_point: int = 0,
        *,
        layer: str,
    ) -> None:
        *outer, _ = tensor_type(x).get_shape()
        super().__init__(
            operands=[x],
            result_types=[tensor((*outer, weight.shape[0]), SI32)],
            properties={
                "weight": dense(weight, SI8),
                "bias": None if bias is None else dense(bias, SI32),
                "zero_point": number(zero_point),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, acc = tensor_type(self.x), tensor_type(self.acc)
        n, k = self.weight.get_shape()
        *outer, depth = x.get_shape()
        self.require(self.weight.get_element_type() == SI8, "weights must be si8")
        legal = len(outer) >= 1 and depth == k
        self.require(legal, f"x has shape {x.get_shape()}, the weights need (batch, .., {k})")
        self.require(acc == tensor((*outer, n), SI32), f"the result must be (.., {n}) of si32")
        bias = self.bias is None or self.bias.type == tensor((n,), SI32)
        self.require(bias, f"the bias must have {n} elements of si32")

    def addend(self) -> IntArray:
        """The bias, [N]; zeros where there is none."""
        return np.zeros(len(self.matrix()), np.int64) if self.bias is None else values_of(self.bias)

    def matrix(self) -> IntArray:
        """The weights, [N, K]."""
        return values_of(self.weight)

    def channels(self, x: Interval) -> tuple[IntArray, IntArray]:
        """The least and the greatest accumulator of every channel, [N] each."""
        zero, weight = self.zero_point.value.data, self.matrix()
        up, down = np.maximum(weight, 0).sum(1), np.minimum(weight, 0).sum(1)
        low, high = x.low - zero, x.high - zero
        return (
            self.addend() + up * low + down * high,
            self.addend() + up * high + down * low,
        )

    def range(self, x: Interval) -> Interval:
        low, high = self.channels(x)
        return Interval(int(low.min()), int(high.max()))

    def reference(self, x: IntArray) -> IntArray:
        return matmul(x - self.zero_point.value.data, self.matrix().T) + self.addend()

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        element = tensor_type(self.x).element_type
        weight, zero = weights(graph, self.matrix().T)
        terms = []
        for byte in unsigned_bytes(graph, operands[0], element, self.zero_point.value.data):
            shift = graph.constant(byte.zero, np.uint8)
            acc = graph.node("MatMulInteger", byte.value, weight, shift, zero)
            terms.append((byte.factor, acc))
        return total(graph, terms, None if self.bias is None else values_of(self.bias))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(1)
        one = build([tensor((1, 1), UI8)], lambda x: [cls(x, np.array([[-1]]), layer="one")])
        trits = build(
            [tensor((1, 33), UI8)],
            lambda x: [cls(x, rng.integers(-1, 2, (5, 33)), layer="trits")],
        )
        full = build(
            [tensor((1, 16), SI8)],
            lambda x: [
                cls(
                    x,
                    rng.integers(-128, 128, (7, 16)),
                    rng.integers(-(2**20), 2**20, 7),
                    -3,
                    layer="full",
                )
            ],
        )
        tokens = build(
            [tensor((1, 3, 2, 9), signed(12))],
            lambda x: [cls(x, rng.integers(-128, 128, (4, 9)), None, 300, layer="tokens")],
        )
        wide, narrow, long = Interval(0, 255), Interval(-128, 127), Interval(-2048, 2047)
        return [
            Sample(one, (wide,)),
            Sample(trits, (wide,)),
            Sample(full, (narrow,)),
            Sample(tokens, (long,)),
        ]
