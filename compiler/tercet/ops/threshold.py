"""Requantization by comparison: the count of sorted thresholds that a sum reaches."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
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
    unsigned,
    values_of,
)


@irdl_op_definition
class Threshold(ChannelwiseOp):
    """y = low + sum of directions[n, i] over the i with acc >= thresholds[n, i]."""

    name = "tercet.threshold"
    acc = operand_def(TensorType)
    thresholds = prop_def(Dense)
    """si32 [N, n], ascending in every row; 2^31 - 1 where no sum reaches the threshold."""
    directions = opt_prop_def(Dense)
    """si8 [N, n] of 1 and -1: whether y rises or falls there; if absent, it always rises."""
    low = prop_def(I64Attr)
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
        result: Result,
        *,
        falls: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """`falls` [N, n]: True where y falls by one."""
        super().__init__(
            [acc],
            {
                "thresholds": dense(thresholds, SI32),
                "directions": None if falls is None else dense(np.where(falls, -1, 1), SI8),
                "low": number(low),
            },
            result,
        )

    def channels(self) -> int:
        return int(self.thresholds.get_shape()[0])

    def verify_(self) -> None:
        self.require(len(self.thresholds.get_shape()) == 2, "thresholds must be [channels, steps]")
        n, steps = self.thresholds.get_shape()
        self.require(self.thresholds.get_element_type() == SI32, "thresholds must be si32")
        self.require(steps > 0, "there must be at least one threshold")
        self.require(bool((np.diff(self.rows()) >= 0).all()), "thresholds must ascend")
        if self.directions is not None:
            same = self.directions.type == tensor((n, steps), SI8)
            self.require(same, f"directions must be {n} times {steps} of si8")
            self.require(bool((abs(self.signs()) == 1).all()), "a direction is 1 or -1")
        super().verify_()
        result = self.range(Interval.of(tensor_type(self.acc).element_type))
        self.require(self.held().holds(result), f"{result} is not in {self.kind()}")

    def rows(self) -> IntArray:
        """The thresholds, [N, n]."""
        return values_of(self.thresholds)

    def signs(self) -> IntArray:
        """The 1 or -1 that each threshold adds, [N, n]."""
        return np.ones_like(self.rows()) if self.directions is None else values_of(self.directions)

    def _levels(self) -> IntArray:
        """The result for each number of reached thresholds, [N, n + 1]."""
        return self.low.value.data + np.pad(self.signs(), ((0, 0), (1, 0))).cumsum(1)

    def range(self, acc: Interval) -> Interval:
        rows, levels = self.rows(), self._levels()
        reached = np.arange(levels.shape[1])
        first = (rows <= acc.low).sum(1, keepdims=True)
        last = (rows <= acc.high).sum(1, keepdims=True)
        # no sum lies between equal thresholds
        apart = np.pad(np.diff(rows) > 0, ((0, 0), (1, 1)), constant_values=True)
        return Interval.around(levels[(reached >= first) & (reached <= last) & apart])

    def reference(self, acc: IntArray) -> IntArray:
        by_channel, levels = self.by_channel(acc), self._levels()
        found = np.empty_like(by_channel)
        for n, row in enumerate(self.rows()):
            found[:, n] = levels[n, np.searchsorted(row, by_channel[:, n], "right")]
        return found.reshape(acc.shape)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        # one threshold at a time, because all at once would need n times the memory
        acc = self.onnx_by_channel(graph, graph.cast(operands[0], np.int32))
        y = graph.constant(self.low.value.data, np.int32)
        for row, signs in zip(self.rows().T, self.signs().T, strict=True):
            at = graph.constant(self.onnx_per_channel(row), np.int32)
            step = graph.cast(graph.node("GreaterOrEqual", acc, at), np.int32)
            if (signs < 0).any():
                sign = graph.constant(self.onnx_per_channel(signs), np.int32)
                step = graph.node("Mul", step, sign)
            y = graph.node("Add", y, step)
        return self.onnx_as_it_was(graph, graph.cast(y, self.stored()))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(3)

        def rows(n: int, steps: int, most: int = 1000) -> IntArray:
            return np.sort(rng.integers(-most, most, (n, steps)), axis=1)

        nibbles = build(
            [tensor((1, 10), SI32)],
            lambda acc: [cls(acc, rows(10, 15), 0, Result(unsigned(4), "nibbles"))],
        )
        trits = build(
            [tensor((1, 3), SI32)],
            lambda acc: [cls(acc, rows(3, 2), -1, Result(signed(2), "trits"))],
        )
        sign = build(  # constants that are one trit each
            [tensor((1, 3), SI8)],
            lambda acc: [cls(acc, np.array([[0, 1]]), -1, Result(signed(2), "sign"))],
        )
        never = np.array([[-(2**31), 0, 2**31 - 1], [5, 5, 5]])
        ends = build([tensor((1, 2), SI32)], lambda acc: [cls(acc, never, -3, Result(SI8, "ends"))])
        valley = np.arange(24) < [[12], [20], [3]]
        both = build(
            [tensor((1, 3, 2, 4), SI32)],
            lambda acc: [cls(acc, rows(3, 24), 0, Result(SI8, "both", inner=8), falls=valley)],
        )
        common = build(
            [tensor((1, 3, 4), SI8)],
            lambda acc: [cls(acc, rows(1, 20, 100), 3, Result(UI8, "common"))],
        )
        heads = build(  # not an axis: two channels over blocks of three
            [tensor((1, 4, 3), UI8)],
            lambda acc: [cls(acc, rows(2, 15, 200), -8, Result(signed(4), "heads", inner=3))],
        )
        bounds = (Interval(-1100, 1100),)
        return [
            Sample(nibbles, bounds),
            Sample(trits, bounds),
            Sample(sign, (Interval(-4, 3),)),
            Sample(ends, (Interval(-9, 9),)),
            Sample(both, bounds),
            Sample(common, (Interval(-128, 127),)),
            Sample(heads, (Interval(0, 255),)),
        ]
