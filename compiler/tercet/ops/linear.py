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
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    storage,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class Linear(IntegerOp):
    """acc[b, n] = bias[n] + sum over k of weight[n, k] * (x[b, k] - zero_point), in i32."""

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
        batch = tensor_type(x).get_shape()[0]
        super().__init__(
            operands=[x],
            result_types=[tensor((batch, weight.shape[0]), SI32)],
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
        shape = x.get_shape()
        self.require(self.weight.get_element_type() == SI8, "weights must be si8")
        self.require(shape[1:] == (k,), f"x has shape {shape}, the weights need (batch, {k})")
        self.require(acc == tensor((shape[0], n), SI32), f"the result must be (batch, {n}) of si32")
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
        # float64 is exact here (|acc| < 2^31) and lets the product use BLAS
        shifted = (x - self.zero_point.value.data).astype(np.float64)
        product = shifted @ self.matrix().T.astype(np.float64)
        return product.astype(np.int64) + self.addend()

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        element = storage(tensor_type(self.x).element_type)
        zero = graph.constant(self.zero_point.value.data, element)
        weight = graph.constant(self.matrix().T, np.int8)
        acc = graph.node("MatMulInteger", *operands, weight, zero)
        bias = self.bias
        if bias is None:
            return acc
        return graph.node("Add", acc, graph.constant(values_of(bias), np.int32))

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
        wide, narrow = Interval(0, 255), Interval(-128, 127)
        return [Sample(one, (wide,)), Sample(trits, (wide,)), Sample(full, (narrow,))]
