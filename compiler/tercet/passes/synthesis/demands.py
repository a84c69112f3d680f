"""Integers M, B, s with clip(rne(M · v + B, s)) == f at finitely many places.

The value of f at a place demands that M · v + B lies between two floors (see rescale.py). The
multipliers are the slopes times 2^s, rounded; then B has an interval, and the smallest s with a
non-empty interval is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.arithmetic.limits import ADD_LIMIT, MUL_LIMIT, SHIFT_MAX
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, IntArray
from tercet.passes.regions.monotone import is_monotone
from tercet.passes.regions.region import Region
from tercet.passes.synthesis.rescale import FAR, floor
from tercet.passes.synthesis.step_function import find

FIRST = 4
"""The bits of the greatest multiplier at the first try."""


@dataclass(frozen=True)
class Demands:
    """Demands on f at pairs (a, b): from `least` to `most`, [pairs, channels] each."""

    a: IntArray
    b: IntArray
    least: IntArray
    most: IntArray
    clip: Interval
    """The range of f; the clip meets demands at its ends."""


@dataclass(frozen=True)
class Fit:
    """The constants that meet all demands, [channels] each."""

    mul: tuple[IntArray, ...]
    add: IntArray
    shift: IntArray
    clip: Interval


def demands_of_pairs(region: Region, a: Interval, b: Interval) -> Demands:
    """The demands of every pair of integers."""
    size = (a.high - a.low + 1, b.high - b.low + 1)
    grid = np.indices(size).reshape(2, -1, 1) + np.array([a.low, b.low]).reshape(2, 1, 1)
    every = np.broadcast_to(grid, (2, grid.shape[1], region.channels))
    want = region(*every)
    return Demands(every[0], every[1], want, want, Interval.around(want))


def demands_of_steps(region: Region, a: Interval, b: Interval) -> Demands:
    """The demands on both sides of every step along the wide tensor, for each narrow value.

    Between two steps f and the operator are monotone, so these demands imply all others. Refused if
    f is not provably monotone along the wide tensor.
    """
    wide_first = a.high - a.low > b.high - b.low
    if not is_monotone(region, region.leaves[0 if wide_first else 1]):
        raise UnsupportedError(
            "combines sums with another tensor by a function that may not be monotone",
            layer=region.layer,
            way_out="quantize the sums to 8 bits first",
        )
    wide, narrow = (a, b) if wide_first else (b, a)
    values = np.arange(narrow.low, narrow.high + 1)
    others = np.repeat(values[:, None], region.channels, 1)

    def along(acc: IntArray) -> IntArray:
        shaped = acc.reshape(-1, region.channels)
        other = np.broadcast_to(others, (len(acc), *others.shape)).reshape(-1, region.channels)
        pair = (shaped, other) if wide_first else (other, shaped)
        return region(*pair).reshape(acc.shape)

    count = others.size
    steps = find(along, np.full(count, wide.low), np.full(count, wide.high))
    real = steps.at <= steps.high[:, None]
    at = np.where(real, steps.at, steps.low[:, None] + 1)
    level = steps.first[:, None] + np.where(real, np.arange(1, at.shape[1] + 1), 0)
    before = np.where(real, level - 1, level)
    points = np.concatenate([steps.low[:, None], steps.high[:, None], at, at - 1], 1)
    last = steps.first + real.sum(1)
    levels = np.concatenate([steps.first[:, None], last[:, None], level, before], 1)
    free = np.concatenate([np.zeros((count, 2), bool), ~real, ~real], 1)
    acc = steps.sign[:, None] * points
    clip = Interval(int(steps.first.min()), int(last.max()))
    least, most = np.where(free, clip.low, levels), np.where(free, clip.high, levels)
    shape = (len(values), region.channels, -1)
    arranged = [
        x.reshape(shape).swapaxes(1, 2).reshape(-1, region.channels)
        for x in (acc, np.repeat(others.reshape(-1, 1), points.shape[1], 1), least, most)
    ]
    pair = arranged[:2] if wide_first else arranged[1::-1]
    return Demands(pair[0], pair[1], arranged[2], arranged[3], clip)


def fit(
    demands: Demands, slopes: Sequence[FloatArray], variables: Sequence[IntArray]
) -> Fit | None:
    """Constants of all channels, for the multipliers of `variables`; None if a channel has none."""
    channels = demands.least.shape[1]
    mul = [np.zeros(channels, np.int64) for _ in slopes]
    add, shift = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
    for n in range(channels):
        found = _one(demands, n, [float(s[n]) for s in slopes], [v[:, n] for v in variables])
        if found is None:
            return None
        for m, value in zip(mul, found[0], strict=True):
            m[n] = value
        add[n], shift[n] = found[1:]
    return Fit(tuple(mul), add, shift, demands.clip)


def _one(
    demands: Demands, n: int, slopes: list[float], variables: list[IntArray]
) -> tuple[list[int], int, int] | None:
    least, most, clip = demands.least[:, n], demands.most[:, n], demands.clip
    low_used, high_used = least > clip.low, most < clip.high
    largest = max(max(map(abs, slopes)), 1e-12)
    start = max(0, FIRST - int(np.floor(np.log2(largest))))
    for s in range(min(start, SHIFT_MAX), SHIFT_MAX + 1):
        mul = [round(slope * 2.0**s) for slope in slopes]
        if max(map(abs, mul)) >= MUL_LIMIT:
            return None
        value = sum((m * v for m, v in zip(mul, variables, strict=True)), np.zeros((), np.int64))
        low = np.where(low_used, floor(least, s) - value, -FAR).max()
        high = np.where(high_used, floor(most + 1, s) - 1 - value, FAR).min()
        middle = int(low + (high - low) // 2)
        if low <= high and abs(middle) < ADD_LIMIT:
            return mul, middle, s
    return None
