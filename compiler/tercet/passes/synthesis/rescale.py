"""Find integers M, B, s with clip(rne(M u + B, s)) == f(u) for every reachable u.

A step of f at t from level i' to level i demands M t + B >= floor(i) and M (t - 1) + B < floor(i),
where floor(i) is the least number that rounds to i or more. For a given s and M the admissible B
form an interval; its width is a concave function of M, so bisection on M finds the widest. All
numbers are integers, and the smallest s is taken.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tercet.ir.arithmetic.limits import ADD_LIMIT, MUL_LIMIT, SHIFT_MAX
from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.passes.synthesis.implied_bounds import MANY, needed
from tercet.passes.synthesis.step_function import Steps

Mask: TypeAlias = npt.NDArray[np.bool_]
NEARBY = 16
"""The first search covers multipliers this near to twice the last one."""
FAR = np.int64(1) << 60
"""A value beyond every bound: a constraint that all M and B in range meet."""


@dataclass(frozen=True)
class Triples:
    """M, B and s of every channel, for acc itself; `found` is False where none exists."""

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
    """The triples of `solve`; if a channel has none, those for a clip to the range of f.

    A ReLU before a quantizer with a zero point needs the second: it clips within the type.
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
    """The bounds from every step of f and from its two ends, without those that the clip meets."""
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
    """The bounds without those that others imply."""
    low = bounds.lower_point, bounds.lower_level, bounds.lower_used
    high = bounds.upper_point, bounds.upper_level, bounds.upper_used
    return _Bounds(*_packed(*low, needed(*low, 1)), *_packed(*high, needed(*high, -1)))


def _packed(point: IntArray, level: IntArray, used: IntArray, kept: Mask) -> list[IntArray]:
    """The kept bounds, moved to the front of each row."""
    width = max(int(kept.sum(1).max()), 1)
    order = np.argsort(~kept, 1, kind="stable")[:, :width]
    return [np.take_along_axis(values, order, 1) for values in (point, level, used & kept)]


@dataclass(frozen=True)
class _Walls:
    """The bounds for one s: M * point + B from `lower` to `upper` at their points."""

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
        """The least and the greatest B of every channel for its M; there is none if they cross."""
        scale = m[:, None]
        low = (self.lower - scale * self.lower_point).max(1)
        return low, (self.upper - scale * self.upper_point).min(1)


def _widest(walls: _Walls, guess: IntArray) -> IntArray:
    """The M of every channel with the widest interval for B.

    The search starts near `guess`; if the interval still widens at an edge, it covers every M.
    """

    def rises(m: IntArray) -> Mask:
        """True where the interval of B is wider at m + 1 than at m."""
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
    """The smallest admissible multiplier, given an admissible `m`; admissible ones have no gaps."""
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
    """The least integer v with rne(v, s) >= level; the tie below an odd level rounds down."""
    if s == 0:
        return level
    return (level << s) - (1 << (s - 1)) + (level & 1)
