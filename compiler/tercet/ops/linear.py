"""Dense layer of integers: accumulators of a matrix product with constant weights."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.arithmetic.products import matmul, total, unsigned_bytes, weights
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.accumulator import AccumulatorOp, accumulator_properties
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    IntArray,
    signed,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class Linear(AccumulatorOp):
    """acc[.., n] = bias[n] + sum over k of weight[n, k] * (x[.., k] - zero_point), in i32."""

    name = "tercet.linear"
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
            properties=accumulator_properties(weight, bias, zero_point),
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, acc = tensor_type(self.x), tensor_type(self.acc)
        n, k = self.weight.get_shape()
        *outer, depth = x.get_shape()
        legal = len(outer) >= 1 and depth == k
        self.require(legal, f"x has shape {x.get_shape()}, the weights need (batch, .., {k})")
        self.require(acc == tensor((*outer, n), SI32), f"the result must be (.., {n}) of si32")
        super().verify_()

    def outputs(self) -> int:
        return int(self.weight.get_shape()[0])

    def channel_axis(self) -> int:
        return len(tensor_type(self.acc).get_shape()) - 2

    def matrix(self) -> IntArray:
        """The weights, [N, K]."""
        return values_of(self.weight)

    def sums(self, shifted: Interval) -> tuple[IntArray, IntArray]:
        weight = self.matrix()
        up, down = np.maximum(weight, 0).sum(1), np.minimum(weight, 0).sum(1)
        low, high = shifted.low, shifted.high
        return up * low + down * high, up * high + down * low

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
