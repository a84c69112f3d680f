"""The step function of a quantizer: its integer for each accumulator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tercet.ir.families.real import ElementwiseOp
from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.passes.regions.region import Region

NONE = np.iinfo(np.int64).max
Function = Callable[[IntArray], IntArray]


@dataclass(frozen=True)
class Steps:
    """The steps of every channel over its reachable accumulators.

    With u = sign * acc, for u from low to high: y = first + the number of i with u >= at[i]. With
    `delta`, y = first + the sum of delta[i] over these i.
    """

    low: IntArray
    """The least u, [N]."""
    high: IntArray
    """The greatest u, [N]."""
    sign: IntArray
    """-1 where the function decreases, else 1, [N]."""
    first: IntArray
    """The value at low, [N]."""
    at: IntArray
    """The steps, ascending and above low, then high + 1 up to the row's end, [N, L]."""
    delta: IntArray | None = None
    """For each step 1 if y rises, -1 if it falls, 0 if it only turns, [N, L]; None: always 1."""

    def values(self) -> Interval:
        """The least and the greatest value that any channel takes."""
        size = np.ones_like(self.at) if self.delta is None else self.delta
        real = np.where(self.at <= self.high[:, None], size, 0)
        levels = self.first[:, None] + np.pad(real, ((0, 0), (1, 0))).cumsum(1)
        return Interval.around(levels)


def find(function: Function, low: IntArray, high: IntArray) -> Steps:
    """The steps of every channel of a monotone function; `low` and `high` bound acc, [N]."""
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


def find_turning(region: Region, low: IntArray, high: IntArray) -> Steps:
    """The steps of a function that turns, from its monotone pieces between turns."""
    borders = sorted_borders(region, low, high)
    starts = np.concatenate([low[:, None], borders], 1)
    ends = np.concatenate([borders, high[:, None] + 1], 1) - 1
    events: list[tuple[IntArray, IntArray]] = []
    previous: IntArray | None = None
    for k in range(starts.shape[1]):
        begin, end = starts[:, k], np.maximum(ends[:, k], starts[:, k])
        begin, end = np.minimum(begin, high), np.minimum(end, high)
        values = region(begin[None])[0]
        if previous is not None:
            events += _jumps(starts[:, k], values - previous)
        events += _within(find(region, begin, end))
        previous = region(end[None])[0]
    return _merged(low, high, region(low[None])[0], events)


def _jumps(at: IntArray, size: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """The single steps of a jump of several levels, in turn; a step of 0 marks a turn."""
    yield at, np.zeros_like(at)
    for i in range(int(np.abs(size).max(initial=0))):
        yield at, np.where(np.abs(size) > i, np.sign(size), 0)


def _within(steps: Steps) -> Iterator[tuple[IntArray, IntArray]]:
    """The steps of one monotone piece, over acc."""
    for t in steps.at.T:
        real = t <= steps.high
        # falling: u >= t is acc <= -t, so y is less by one from -t + 1 on
        acc = np.where(steps.sign > 0, t, -t + 1)
        yield np.where(real, acc, NONE), np.where(real, steps.sign, 0)


def _merged(
    low: IntArray, high: IntArray, first: IntArray, events: list[tuple[IntArray, IntArray]]
) -> Steps:
    at, delta = np.stack([t for t, _ in events], 1), np.stack([d for _, d in events], 1)
    outside = (at > high[:, None]) | (at <= low[:, None])
    at, delta = np.where(outside, high[:, None] + 1, at), np.where(outside, 0, delta)
    order = np.argsort(at, axis=1, kind="stable")
    at, delta = np.take_along_axis(at, order, 1), np.take_along_axis(delta, order, 1)
    used = max(1, int((at <= high[:, None]).sum(1).max(initial=0)))
    return Steps(low, high, np.ones_like(low), first, at[:, :used], delta[:, :used])


def turns_once(region: Region) -> bool:
    """Whether the region is a chain of functions of which exactly one turns."""
    chain = all(len(step.operands) == 1 for step in region.steps)
    return chain and len(_bent(region)) == 1


def _bent(region: Region) -> list[ElementwiseOp]:
    return [s for s in region.steps if isinstance(s, ElementwiseOp) and s.turns()]


def every_step(function: Function, low: IntArray, high: IntArray) -> Steps:
    """The steps of any function, from its value at every accumulator."""
    values = function(every(low, high))
    size = np.diff(values, axis=0).T
    count = max(1, int(np.abs(size).sum(1).max()))
    at, delta = np.repeat(high[:, None] + 1, count, 1), np.zeros((len(low), count), np.int64)
    for n, jumps in enumerate(size):
        (places,) = np.nonzero(jumps)
        taken = np.repeat(places, np.abs(jumps[places]))
        at[n, : len(taken)] = low[n] + taken + 1
        delta[n, : len(taken)] = np.sign(jumps[taken])
    return Steps(low, high, np.ones_like(low), values[0], at, delta)


def every(low: IntArray, high: IntArray) -> IntArray:
    """All accumulators from low to high, [accumulators, N]; short channels repeat their last."""
    acc: IntArray = low + np.arange(int((high - low).max()) + 1)[:, None]
    return np.minimum(acc, high)


def sorted_borders(region: Region, low: IntArray, high: IntArray) -> IntArray:
    """The first accumulator of each further monotone piece, [N, pieces - 1]; high + 1: none."""
    (step,) = _bent(region)
    found: list[IntArray] = []
    for turn in step.turns():
        border = _crossing(region, step, turn, low, high)
        # the turn is a piece of one accumulator, because the function may jump there
        found += [border, border + 1]
    kept = [np.clip(border, low, high + 1) for border in found]
    return np.sort(np.stack(kept, 1), axis=1)


def _crossing(
    region: Region, step: ElementwiseOp, turn: Fraction, low: IntArray, high: IntArray
) -> IntArray:
    """The accumulator at which the input of `step` crosses `turn`, [N]; one further if it falls."""
    found = []
    for channel in range(region.channels):
        place = tuple(int(i) for i in np.unravel_index(channel, region.view))

        def beyond(acc: int, place: tuple[int, ...] = place) -> bool:
            return region.exact_reals([acc], place)[step.operands[0]] >= turn

        below, above = int(low[channel]), int(high[channel])
        start = beyond(below)
        if beyond(above) == start:
            found.append(above + 1)
            continue
        while above - below > 1:
            middle = (below + above) // 2
            if beyond(middle) == start:
                below = middle
            else:
                above = middle
        found.append(above)
    return np.array(found, np.int64)
