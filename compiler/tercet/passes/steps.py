"""The step function of a quantizer: which integer follows from which accumulator.

Real arithmetic in float64 decides; where it comes near a tie, rationals do (numerics.md, 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.real import ElementwiseOp
from tercet.ir.types import FloatArray, IntArray
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize

NEAR = 1e-9
"""Distance to a tie, in steps, below which rationals decide."""


@dataclass(frozen=True)
class StepFunction:
    """y = quantize(chain(dequantize(acc))), monotone in every channel."""

    start: Dequantize
    chain: Sequence[ElementwiseOp]
    end: Quantize

    def __call__(self, acc: IntArray) -> IntArray:
        """For accumulators of shape (…, channels)."""
        position = self._position(acc)
        clip = self.end.clip()
        result = np.clip(np.rint(position), clip.low, clip.high).astype(np.int64)
        away = np.abs(position - np.floor(position) - 0.5)
        near = (away < NEAR) & (position > clip.low - 1) & (position < clip.high + 1)
        for index in zip(*np.nonzero(near), strict=True):
            result[index] = self.exact(int(acc[index]), int(index[-1]))
        return result

    def exact(self, acc: int, channel: int) -> int:
        """One channel at one accumulator, in rationals."""
        line = self.start.line(channel)
        steps: list[ElementwiseOp | Quantize] = [*self.chain, self.end]
        for step in steps:
            line = line.then(step.line(channel))
        clip = self.end.clip()
        return min(max(round(line(Fraction(acc))), clip.low), clip.high)

    def _position(self, acc: IntArray) -> FloatArray:
        x = self.start.reference(acc)
        for step in self.chain:
            x = step.reference(x)
        return self.end.position(x)


@dataclass(frozen=True)
class Steps:
    """The steps of every channel over its reachable accumulators.

    With u = sign * acc: y = first + number of i with u >= at[i], for u from low to high.
    """

    low: IntArray
    """[N], the least u."""
    high: IntArray
    """[N], the greatest u."""
    sign: IntArray
    """[N], -1 where the function decreases, else 1."""
    first: IntArray
    """[N], the value at low."""
    at: IntArray
    """[N, L], ascending, above low; high + 1 where there is no further step."""

    def values(self) -> Interval:
        """The least and the greatest value that any channel takes."""
        last = self.first + (self.at <= self.high[:, None]).sum(1)
        return Interval(int(self.first.min()), int(last.max()))


def find(function: StepFunction, low: IntArray, high: IntArray) -> Steps:
    """Every step of every channel by bisection; `low` and `high` bound acc, [N] each."""
    ends = function(np.stack([low, high]))
    sign = np.where(ends[1] < ends[0], -1, 1)
    u_low, u_high = np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)
    first, last = ends.min(0), ends.max(0)
    count = int((last - first).max())
    level = first[:, None] + np.arange(1, count + 1)
    below = np.repeat(u_low[:, None], count, 1)
    above = np.repeat(u_high[:, None] + 1, count, 1)
    while (below < above).any():
        middle = (below + above) >> 1
        values = function((sign[:, None] * middle).T).T
        active, reached = below < above, values >= level
        above = np.where(active & reached, middle, above)
        below = np.where(active & ~reached, middle + 1, below)
    return Steps(u_low, u_high, sign, first, above)
