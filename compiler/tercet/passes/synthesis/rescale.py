"""Find integers M, B, s with clip(rne(M u + B, s)) == f(u) for every reachable u.

Every step of f at t to level i asks for M t + B >= floor(i) and M (t - 1) + B < floor(i'), where
floor(i) is the least number that rounds to i. For a given s and M the admissible B form an
interval; its width is a concave function of M, so bisection on M finds the widest. All integers:
nothing is approximated, and the smallest s comes first.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tercet.ir.arithmetic.limits import ADD_LIMIT, MUL_LIMIT, SHIFT_MAX
from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.passes.synthesis.implied import MANY, needed
from tercet.passes.synthesis.step_function import Steps

Mask: TypeAlias = npt.NDArray[np.bool_]
NEARBY = 16
"""How far around twice the last multiplier the next one is looked for first."""
FAR = np.int64(1) << 60
"""Beyond every bound: a constraint that holds for all M and B in range."""


@dataclass(frozen=True)
class Triples:
    """M, B, s of every channel, on acc itself; `found` is False where none exists."""

    mul: IntArray
    add: IntArray
    shift: IntArray
    found: Mask
    clip: Interval


@dataclass(frozen=True)
class _Bounds:
    """M * point + B must reach (lower) or stay below (upper) the floor of `level`, [N, P]."""

    lower_point: IntArray
    lower_level: IntArray
    lower_used: IntArray
    upper_point: IntArray
    upper_level: IntArray
    upper_used: IntArray

    def rows(self, keep: IntArray) -> "_Bounds":
        return _Bounds(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def synthesize(steps: Steps, clip: Interval) -> Triples:
    """As `solve`, clipping to the values that f takes where that alone makes it possible.

    A ReLU before a quantizer with a zero point is such a case: it clips inside of the type.
    """
    plain = solve(steps, clip)
    return plain if plain.found.all() else solve(steps, steps.values())


def solve(steps: Steps, clip: Interval) -> Triples:
    """The triple with the smallest shift for every channel."""
    channels = len(steps.first)
    mul, add = np.zeros(channels, np.int64), steps.first.copy()
    shift = np.zeros(channels, np.int64)
    constant: Mask = np.asarray((steps.at > steps.high[:, None]).all(1))
    found = np.array(constant)
    bounds, guess = _bounds(steps, clip), np.zeros(channels, np.int64)
    for s in range(SHIFT_MAX + 1):
        left = np.nonzero(~found)[0]
        if not left.size:
            break
        walls = _Walls.of(bounds.rows(left), s)
        m = _widest(walls, guess[left])
        guess[left] = 2 * m
        m = _least(walls, m)
        low, high = walls.room(m)
        middle = low + (high - low) // 2
        good = (high >= low) & (np.abs(middle) < ADD_LIMIT)
        mul[left[good]], add[left[good]], shift[left[good]] = m[good], middle[good], s
        found[left[good]] = True
    return Triples(mul * steps.sign, add, shift, found, clip)


def _bounds(steps: Steps, clip: Interval) -> _Bounds:
    """Where f changes, and its two ends unless clipping takes care of them."""
    count = steps.at.shape[1]
    level = steps.first[:, None] + np.arange(1, count + 1)
    real = steps.at <= steps.high[:, None]
    last = steps.first + real.sum(1)
    end_low, end_high = steps.first > clip.low, last < clip.high
    bounds = _Bounds(
        np.column_stack([steps.at, steps.low]),
        np.column_stack([level, steps.first]),
        np.column_stack([real, end_low]),
        np.column_stack([steps.at - 1, steps.high]),
        np.column_stack([level, last + 1]),
        np.column_stack([real, end_high]),
    )
    return bounds if count < MANY else _fewer(bounds)


def _fewer(bounds: _Bounds) -> _Bounds:
    """Without those that others imply."""
    low = bounds.lower_point, bounds.lower_level, bounds.lower_used
    high = bounds.upper_point, bounds.upper_level, bounds.upper_used
    return _Bounds(*_packed(*low, needed(*low, 1)), *_packed(*high, needed(*high, -1)))


def _packed(point: IntArray, level: IntArray, used: IntArray, kept: Mask) -> list[IntArray]:
    """The bounds that are kept, in front."""
    width = max(int(kept.sum(1).max()), 1)
    order = np.argsort(~kept, 1, kind="stable")[:, :width]
    return [np.take_along_axis(values, order, 1) for values in (point, level, used & kept)]


@dataclass(frozen=True)
class _Walls:
    """For one s: M * point + B is at least `lower`, and at most `upper`, at their points."""

    lower: IntArray
    lower_point: IntArray
    upper: IntArray
    upper_point: IntArray

    @classmethod
    def of(cls, bounds: _Bounds, s: int) -> "_Walls":
        return cls(
            np.where(bounds.lower_used, floor(bounds.lower_level, s), -FAR),
            np.where(bounds.lower_used, bounds.lower_point, 0),
            np.where(bounds.upper_used, floor(bounds.upper_level, s) - 1, FAR),
            np.where(bounds.upper_used, bounds.upper_point, 0),
        )

    def room(self, m: IntArray) -> tuple[IntArray, IntArray]:
        """The least and the greatest B of every channel for its M; none where they cross."""
        scale = m[:, None]
        low = (self.lower - scale * self.lower_point).max(1)
        return low, (self.upper - scale * self.upper_point).min(1)


def _widest(walls: _Walls, guess: IntArray) -> IntArray:
    """The M of every channel with the most room for B.

    Looks near `guess` first; where the room still grows at an edge of that, everywhere.
    """

    def rises(m: IntArray) -> Mask:
        """Where there is more room at m + 1 than at m."""
        (low, high), (next_low, next_high) = walls.room(m), walls.room(m + 1)
        return np.asarray(next_high - next_low > high - low)

    left = np.clip(guess - NEARBY, 0, MUL_LIMIT - 1)
    right = np.clip(guess + NEARBY, 0, MUL_LIMIT - 1)
    left = np.where(rises(left), left, 0)
    right = np.where(rises(right), MUL_LIMIT - 1, right)
    while (left < right).any():
        middle = (left + right) >> 1
        active, up = left < right, rises(middle)
        left = np.where(active & up, middle + 1, left)
        right = np.where(active & ~up, middle, right)
    return left


def _least(walls: _Walls, m: IntArray) -> IntArray:
    """The smallest multiplier that leaves room, where `m` does: such multipliers have no gaps."""
    low, high = walls.room(m)
    left, right = np.where(high >= low, 0, m), m
    while (left < right).any():
        middle = (left + right) >> 1
        low, high = walls.room(middle)
        fits, active = high >= low, left < right
        right = np.where(active & fits, middle, right)
        left = np.where(active & ~fits, middle + 1, left)
    return left


def floor(level: IntArray, s: int) -> IntArray:
    """The least integer v with rne(v, s) >= level: an odd level does not get the tie below it."""
    if s == 0:
        return level
    return (level << s) - (1 << (s - 1)) + (level & 1)
