"""Quantized operators that end in one rounding shift and one clip."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import prop_def

from tercet.errors import VerifyError
from tercet.ir.arithmetic.limits import ADD_LIMIT, MUL_LIMIT, PRODUCT_LIMIT, SHIFT_MAX
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.types import (
    SI8,
    SI32,
    SI64,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    tensor,
    values_of,
)


def rne(value: IntArray, shift: IntArray) -> IntArray:
    """Divide by 2^shift, rounded half to even; shift is 0 to 50."""
    half = np.where(shift > 0, np.int64(1) << np.maximum(shift - 1, 0), 0)
    odd = (value >> shift) & 1
    return np.where(shift > 0, (value + half - 1 + odd) >> shift, value)


class RescaledOp(ChannelwiseOp):
    """y = clip(rne(product + add[n], shift[n]), low, high); subclasses define the product."""

    add = prop_def(Dense)
    """si64 [N], below 2^55 in magnitude."""
    shift = prop_def(Dense)
    """si8 [N], 0 to 50."""
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)

    def __init__(
        self,
        operands: Sequence[SSAValue],
        properties: Mapping[str, Attribute],
        add: IntArray,
        shift: IntArray,
        clip: Interval,
        result: Result,
    ) -> None:
        ends = {"low": number(clip.low), "high": number(clip.high)}
        constants = {"add": dense(add, SI64), "shift": dense(shift, SI8)}
        super().__init__(operands, {**properties, **constants, **ends}, result)

    @abstractmethod
    def multipliers(self) -> tuple[Dense, ...]:
        """The constants of the product, si32 [N] each."""

    @abstractmethod
    def product(self, *operands: IntArray) -> IntArray:
        """The product in int64, of operands that broadcast against [N, 1]."""

    @abstractmethod
    def onnx_product(self, graph: OnnxGraph, *operands: str) -> str:
        """`product` in ONNX, of int64 operands in the shape of `onnx_by_channel`."""

    def channels(self) -> int:
        return int(values_of(self.add).size)

    def verify_(self) -> None:
        n = self.channels()
        wants = [(m, SI32) for m in self.multipliers()]
        for values, element in (*wants, (self.add, SI64), (self.shift, SI8)):
            same = values.type == tensor((n,), element)
            self.require(same, f"needs {n} constants of {element}, got {values.type}")
        super().verify_()
        self.require(self.held().holds(self.clip()), f"{self.clip()} is not in {self.kind()}")
        add, shift = values_of(self.add), values_of(self.shift)
        for multiplier in self.multipliers():
            small = bool((abs(values_of(multiplier)) < MUL_LIMIT).all())
            self.require(small, "a multiplier has more than 31 bits")
        self.require(bool((abs(add) < ADD_LIMIT).all()), "an addend has more than 55 bits")
        self.require(bool(((shift >= 0) & (shift <= SHIFT_MAX)).all()), "a shift is not 0 to 50")

    @abstractmethod
    def largest(self, *operands: Interval) -> int:
        """The greatest magnitude of a product or of a part of it."""

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def closed(self, *operands: IntArray) -> IntArray:
        """The rounded and clipped results, of operands that broadcast against [N, 1]."""
        add, shift = values_of(self.add)[:, None], values_of(self.shift)[:, None]
        return np.clip(rne(self.product(*operands) + add, shift), *self._ends())

    def _ends(self) -> tuple[int, int]:
        return self.low.value.data, self.high.value.data

    def reference(self, *operands: IntArray) -> IntArray:
        shape = operands[0].shape
        return self.closed(*map(self.by_channel, operands)).reshape(shape)

    def range(self, *operands: Interval) -> Interval:
        if (most := self.largest(*operands)) > PRODUCT_LIMIT:
            raise VerifyError(
                f"a product of {self.name} can reach {most}, more than 2^62",
                layer=self.layer.data,
                way_out="quantize its operands to fewer bits",
            )
        # monotone in each operand while the others are constant, so the extremes are at the corners
        ends = np.meshgrid(*([x.low, x.high] for x in operands), indexing="ij")
        return Interval.around(self.closed(*(end.reshape(-1, 1, 1) for end in ends)))

    def _clipped(self, graph: OnnxGraph, value: str) -> str:
        """A clip by comparisons: ONNXRuntime 1.31 clips int64 from 2^31 to 2^32 - 1 wrongly."""
        low, high = (graph.constant(end) for end in self._ends())
        raised = graph.node("Where", graph.node("Less", value, low), low, value)
        return graph.node("Where", graph.node("Greater", raised, high), high, raised)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        wide = (graph.cast(self.onnx_by_channel(graph, x), np.int64) for x in operands)
        add = graph.constant(self.onnx_per_channel(values_of(self.add)))
        value = graph.node("Add", self.onnx_product(graph, *wide), add)
        unit = graph.constant(self.onnx_per_channel(np.int64(1) << values_of(self.shift)))
        rest = graph.node("Mod", value, unit)
        down = graph.node("Div", graph.node("Sub", value, rest), unit)
        twice = graph.node("Add", rest, rest)
        odd = graph.node("Equal", graph.node("Mod", down, graph.constant(2)), graph.constant(1))
        tie = graph.node("And", graph.node("Equal", twice, unit), odd)
        up = graph.node("Or", graph.node("Greater", twice, unit), tie)
        rounded = graph.node("Add", down, graph.cast(up, np.int64))
        narrow = graph.cast(self._clipped(graph, rounded), self.stored())
        return self.onnx_as_it_was(graph, narrow)


def magnitude(x: Interval, zero: int = 0) -> int:
    """The greatest |x - zero|."""
    return max(abs(x.low - zero), abs(x.high - zero))
