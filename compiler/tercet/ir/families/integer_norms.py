"""Layer, group and RMS norm: integers divided by the root of their row's sum of squares."""

from abc import abstractmethod
from math import isqrt
from typing import Self

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import operand_def, prop_def

from tercet.ir.arithmetic.division import DIGIT, nearest, onnx_nearest, onnx_quotient, quotient
from tercet.ir.arithmetic.limits import NORM_ADD_LIMIT, SHIFT_MAX
from tercet.ir.arithmetic.roots import TOP, normalized, onnx_normalized, onnx_root, root
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.norm_constants import Norm, NormConstants, value_limit
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.types import (
    SI8,
    SI64,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    tensor,
    tensor_type,
    values_of,
)

SIZE_LIMIT = 1 << 30
"""The size of a row times the largest |x| is below this."""
VALUE_LIMIT = 1 << 46
"""|c| * 2^h is below this."""


class NormalizedOp(ChannelwiseOp):
    """The algorithm that normalizations share, over rows of `size` elements; their sums differ.

    c and V from the elements and their sums;
    w = (V * 2^unit + epsilon) * 4^h, h such that 2^60 <= w < 2^62;  d = floor(2^15 * sqrt(w));
    y = clip(rne((trunc(mul[n] * c * 2^h * 2^16 / d) + add[n]) / 2^shift[n]) + after).
    """

    x = operand_def(TensorType)
    mul = prop_def(Dense)
    """si64 [N]."""
    add = prop_def(Dense)
    """si64 [N]."""
    shift = prop_def(Dense)
    """si8 [N], 0 to 50."""
    size = prop_def(I64Attr)
    """Elements of a row: `inner` divides it, and it divides N * inner."""
    epsilon = prop_def(I64Attr)
    """1 or more, in units of 2^-unit."""
    unit = prop_def(I64Attr)
    """Even."""
    after = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)

    def __init__(
        self,
        x: SSAValue,
        constants: NormConstants,
        clip: Interval,
        result: Result,
        *,
        size: int,
        after: int,
        **own: I64Attr,
    ) -> None:
        super().__init__(
            [x],
            {
                **own,
                "mul": dense(constants.mul, SI64),
                "add": dense(constants.add, SI64),
                "shift": dense(constants.shift, SI8),
                "size": number(size),
                "epsilon": number(constants.epsilon),
                "unit": number(constants.unit),
                "after": number(after),
                "low": number(clip.low),
                "high": number(clip.high),
            },
            result,
        )

    @classmethod
    def of(cls, x: SSAValue, norm: Norm, *, inner: int, **own: I64Attr) -> Self:
        """The operator with the constants of `norm`."""
        return cls(
            x,
            norm.constants(),
            norm.grid.clip,
            Result(
                norm.grid.element,
                norm.layer,
                inner,
                float(norm.grid.scale),
                norm.grid.zero_point(),
            ),
            size=norm.size,
            after=norm.grid.after,
            **own,
        )

    @abstractmethod
    def moments(self, x: IntArray) -> tuple[IntArray, IntArray]:
        """The c and V of rows on the last two axes; V keeps these axes."""

    @abstractmethod
    def onnx_moments(self, graph: OnnxGraph, x: str) -> tuple[str, str]:
        """The same in int64."""

    @abstractmethod
    def extent(self) -> tuple[int, int]:
        """The largest |u|, and the largest distance of a u from the mean that is subtracted."""

    def channels(self) -> int:
        return int(values_of(self.mul).size)

    def verify_(self) -> None:
        n = self.channels()
        for values, element in ((self.mul, SI64), (self.add, SI64), (self.shift, SI8)):
            same = values.type == tensor((n,), element)
            self.require(same, f"needs {n} constants of {element}, got {values.type}")
        super().verify_()
        size, inner, unit = self.size.value.data, self.inner.value.data, self.unit.value.data
        whole = size > 0 and size % inner == 0 and (n * inner) % size == 0
        self.require(whole, f"{n} channels of {inner} are not whole rows of {size}")
        self.require(self.held().holds(self.clip()), f"{self.clip()} is not in {self.kind()}")
        largest, spread = self.extent()
        self.require(
            size * largest < SIZE_LIMIT, f"{size} elements of up to {largest} are too many"
        )
        self.require(0 <= unit <= TOP and unit % 2 == 0, "unit must be even, 0 to 62")
        most = ((size * spread) ** 2 << unit) + self.epsilon.value.data
        self.require(self.epsilon.value.data > 0, "epsilon must be above zero")
        self.require(most < 1 << TOP, "a sum of squares may have more than 62 bits")
        self._verify_constants(value_limit(size, unit))

    def _verify_constants(self, value: int) -> None:
        mul, add, shift = values_of(self.mul), values_of(self.add), values_of(self.shift)
        largest = int(abs(mul).max())
        narrow = value < VALUE_LIMIT and (largest >> DIGIT) * value < 1 << TOP
        self.require(narrow, f"a multiplier of {largest} times {value} may overflow")
        self.require(bool((abs(add) < NORM_ADD_LIMIT).all()), "an addend has more than 61 bits")
        self.require(bool(((shift >= 0) & (shift <= SHIFT_MAX)).all()), "a shift is not 0 to 50")

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def _rows(self) -> tuple[int, int, int]:
        """The view of a batch entry's blocks of N channels: rows, channels of a row, inner."""
        size, inner = self.size.value.data, self.inner.value.data
        return self.channels() * inner // size, size // inner, inner

    def _constants(self) -> tuple[IntArray, IntArray, IntArray]:
        """mul, add and shift in shapes that broadcast against [.., *_rows()]."""
        rows, channels, _ = self._rows()
        found = (values_of(p) for p in (self.mul, self.add, self.shift))
        mul, add, shift = (values.reshape(rows, channels, 1) for values in found)
        return mul, add, shift

    def _ended(self, value: IntArray, shift: IntArray) -> IntArray:
        rounded = nearest(value, np.int64(1) << shift) + self.after.value.data
        return np.clip(rounded, self.clip().low, self.clip().high)

    def range(self, x: Interval) -> Interval:
        # |c| * 2^h <= sqrt(size * w / 2^unit): `add` meets a value of at most mul * 2 * sqrt(..)
        size, unit = self.size.value.data, self.unit.value.data
        ratio = isqrt(size << (102 - unit))  # in 2^-50
        ratio += (ratio >> 40) + 1  # d is rounded down
        mul, add, shift = (values_of(p) for p in (self.mul, self.add, self.shift))
        far = np.array([(abs(int(m)) * ratio >> 50) + 1 for m in mul])
        return Interval.around(self._ended(np.stack([add - far, add + far]), shift))

    def positions(self, x: IntArray) -> IntArray:
        """The values before rounding, in units of 2^-shift, [.., *_rows()]."""
        mul, add, _ = self._constants()
        value, square = self.moments(x.reshape(-1, *self._rows()))
        factor, square = normalized((square << self.unit.value.data) + self.epsilon.value.data)
        return quotient(mul, value * factor, root(square)) + add

    def reference(self, x: IntArray) -> IntArray:
        *_, shift = self._constants()
        return self._ended(self.positions(x), shift).reshape(x.shape)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        mul, add, shift = self._constants()
        shape = graph.constant((-1, *self._rows()))
        x = graph.node("Reshape", graph.cast(operands[0], np.int64), shape)
        value, square = self.onnx_moments(graph, x)
        square = graph.node("Mul", square, graph.constant(1 << self.unit.value.data))
        square = graph.node("Add", square, graph.constant(self.epsilon.value.data))
        factor, square = onnx_normalized(graph, square)
        value, bottom = graph.node("Mul", value, factor), onnx_root(graph, square)
        scaled = onnx_quotient(graph, mul, value, bottom)
        total = graph.node("Add", scaled, graph.constant(add))
        y = onnx_nearest(graph, total, graph.constant(np.int64(1) << shift))
        y = graph.node("Add", y, graph.constant(self.after.value.data))
        ends = (graph.constant(end) for end in (self.low.value.data, self.high.value.data))
        narrow = graph.cast(graph.node("Clip", y, *ends), self.stored())
        back = graph.constant((-1, *self.kind().get_shape()[1:]))
        return graph.node("Reshape", narrow, back)


def held_by(x: SSAValue) -> Interval:
    """The interval of the type of `x`."""
    return Interval.of(tensor_type(x).element_type)
