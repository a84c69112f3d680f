"""Integer layers with weights: sums of products in i32, a channel for each set of weights."""

from abc import abstractmethod

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute
from xdsl.irdl import operand_def, opt_prop_def, prop_def, result_def

from tercet.ir.interval import Interval
from tercet.ir.op import IntegerOp
from tercet.ir.types import SI8, SI32, Dense, I64Attr, IntArray, dense, number, tensor, values_of


class AccumulatorOp(IntegerOp):
    """acc = bias + sum of weight * (x - zero_point)."""

    x = operand_def(TensorType)
    acc = result_def(TensorType)
    weight = prop_def(Dense)
    """si8."""
    bias = opt_prop_def(Dense)
    """si32, one for each output channel."""
    zero_point = prop_def(I64Attr)

    @abstractmethod
    def outputs(self) -> int:
        """How many output channels there are."""

    @abstractmethod
    def channel_axis(self) -> int:
        """The axis of the result's row along which the output channels lie."""

    @abstractmethod
    def sums(self, shifted: Interval) -> tuple[IntArray, IntArray]:
        """The least and the greatest sum of every output channel, without the bias.

        `shifted`: the interval of x - zero_point.
        """

    def verify_(self) -> None:
        self.require(self.weight.get_element_type() == SI8, "weights must be si8")
        outputs = self.outputs()
        bias = self.bias is None or self.bias.type == tensor((outputs,), SI32)
        self.require(bias, f"the bias must have {outputs} elements of si32")

    def addend(self) -> IntArray:
        """The bias of each output channel; zeros if the operator has none."""
        return np.zeros(self.outputs(), np.int64) if self.bias is None else values_of(self.bias)

    def channels(self, x: Interval) -> tuple[IntArray, IntArray]:
        """The least and the greatest accumulator of every output channel."""
        zero = self.zero_point.value.data
        low, high = self.sums(Interval(x.low - zero, x.high - zero))
        return self.addend() + low, self.addend() + high

    def range(self, x: Interval) -> Interval:
        low, high = self.channels(x)
        return Interval(int(low.min()), int(high.max()))


def accumulator_properties(
    weight: IntArray, bias: IntArray | None, zero_point: int
) -> dict[str, Attribute | None]:
    """The properties that every `AccumulatorOp` has."""
    return {
        "weight": dense(weight, SI8),
        "bias": None if bias is None else dense(bias, SI32),
        "zero_point": number(zero_point),
    }
