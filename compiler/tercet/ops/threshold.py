"""Requantization by comparison: the number of sorted thresholds that the sum reaches."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_attr_def,
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
    Dense,
    I64Attr,
    Int,
    IntArray,
    dense,
    number,
    signed,
    storage,
    tensor,
    tensor_type,
    unsigned,
    values_of,
)


@irdl_op_definition
class Threshold(IntegerOp):
    """y[b, n] = low + number of i with acc[b, n] >= thresholds[n, i]."""

    name = "tercet.threshold"
    acc = operand_def(TensorType)
    y = result_def(TensorType)
    thresholds = prop_def(Dense)
    """si32 [N, n], ascending in every row; 2^31 - 1 where no sum ever gets there."""
    low = prop_def(I64Attr)
    scale = opt_attr_def(FloatAttr)
    """real value = scale * (y - zero_point): metadata."""
    zero_point = opt_attr_def(I64Attr)
    quantizer = opt_attr_def(StringAttr)
    """Path of the quantizer in the user's model that this operator is."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_threshold", "tercet/threshold.h"),
        Kernel("tercet::threshold", "tercet/threshold.hpp"),
    )

    def __init__(
        self,
        acc: SSAValue,
        thresholds: IntArray,
        low: int,
        element: Int,
        *,
        layer: str,
        scale: float = 1.0,
        zero_point: int = 0,
    ) -> None:
        super().__init__(
            operands=[acc],
            result_types=[tensor(tensor_type(acc).get_shape(), element)],
            properties={"thresholds": dense(thresholds, SI32), "low": number(low)},
            attributes={
                "layer": StringAttr(layer),
                "scale": FloatAttr(scale, Float64Type()),
                "zero_point": number(zero_point),
            },
        )

    def verify_(self) -> None:
        acc, y = tensor_type(self.acc), tensor_type(self.y)
        n, steps = self.thresholds.get_shape()
        self.require(acc.element_type == SI32, f"accumulators must be si32, got {acc}")
        self.require(y.get_shape() == acc.get_shape(), f"{y} has not the shape of {acc}")
        self.require(acc.get_shape()[-1] == n, f"{acc} has not the {n} channels of the thresholds")
        self.require(self.thresholds.get_element_type() == SI32, "thresholds must be si32")
        self.require(steps > 0, "there must be at least one threshold")
        self.require(bool((np.diff(self.rows()) >= 0).all()), "thresholds must ascend")
        result = Interval(self.low.value.data, self.low.value.data + steps)
        self.require(Interval.of(y.element_type).holds(result), f"{result} is not in {y}")

    def rows(self) -> IntArray:
        """The thresholds, [N, n]."""
        return values_of(self.thresholds)

    def range(self, acc: Interval) -> Interval:
        n = tensor_type(self.acc).get_shape()[-1]
        ends = np.repeat([[acc.low], [acc.high]], n, axis=1)
        return Interval.around(self.reference(ends))

    def reference(self, acc: IntArray) -> IntArray:
        reached: IntArray = (acc[..., None] >= self.rows()).sum(-1)
        return self.low.value.data + reached

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        acc = graph.node("Unsqueeze", operands[0], graph.constant([-1]))
        reached = graph.node("GreaterOrEqual", acc, graph.constant(self.rows(), np.int32))
        ones = graph.cast(reached, np.int64)
        count = graph.node("ReduceSum", ones, graph.constant([-1]), keepdims=0)
        y = graph.node("Add", count, graph.constant(self.low.value.data))
        return graph.cast(y, storage(tensor_type(self.y).element_type))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(3)

        def rows(n: int, steps: int) -> IntArray:
            return np.sort(rng.integers(-1000, 1000, (n, steps)), axis=1)

        nibbles = build(
            [tensor((1, 10), SI32)],
            lambda acc: [cls(acc, rows(10, 15), 0, unsigned(4), layer="nibbles")],
        )
        trits = build(
            [tensor((1, 3), SI32)],
            lambda acc: [cls(acc, rows(3, 2), -1, signed(2), layer="trits")],
        )
        never = np.array([[-(2**31), 0, 2**31 - 1], [5, 5, 5]])
        ends = build([tensor((1, 2), SI32)], lambda acc: [cls(acc, never, -3, SI8, layer="ends")])
        bounds = (Interval(-1100, 1100),)
        return [Sample(nibbles, bounds), Sample(trits, bounds), Sample(ends, (Interval(-9, 9),))]
