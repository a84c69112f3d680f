"""Step functions as thresholds: narrow ones, and those that no multiplier and shift compute."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from tercet.ir.types import IntArray
from tercet.ops.linear import Linear
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.threshold import Threshold
from tercet.passes.regions.metadata import name_of, result_of
from tercet.passes.regions.region import Region
from tercet.passes.synthesis.step_function import Steps

Mask: TypeAlias = npt.NDArray[np.bool_]
NEVER = 2**31 - 1
"""A threshold that no accumulator reaches."""


def thresholds(region: Region, steps: Steps) -> tuple[Threshold, Steps]:
    """The threshold operator; falling outputs get negated weights, or thresholds that fall."""
    if not (steps.sign < 0).any():
        return _threshold(region, region.leaves[0], steps), steps
    sums = region.leaves[0].owner
    if isinstance(sums, Linear) and _alone(region):
        signs = _sign_of_each_output(region, steps.sign)
        if signs is not None:
            upright = Steps(steps.low, steps.high, np.ones_like(steps.sign), steps.first, steps.at)
            return _threshold(region, _negated(sums, signs).acc, upright), upright
    return turning(region, _by_accumulator(steps))


def _sign_of_each_output(region: Region, sign: IntArray) -> IntArray | None:
    """The sign of every output of the layer behind `region`; outputs are the last axis.

    None if an output rises in some places and falls in others, as with a factor for each token.
    """
    places = np.broadcast_to(sign.reshape(region.view), region.row).reshape(-1, region.row[-1])
    return places[0] if bool((places == places[0]).all()) else None


def _threshold(region: Region, leaf: SSAValue, steps: Steps) -> Threshold:
    low, rows = _rows(steps, region.clip().high)
    return _made(region, leaf, rows, low, None)


def turning(region: Region, steps: Steps) -> tuple[Threshold, Steps]:
    """The threshold operator with thresholds that rise and fall."""
    assert steps.delta is not None
    least = int(steps.first.min())
    start = int((steps.first - least).max())
    always = np.repeat(steps.low[:, None], start, 1)
    raised = np.arange(start) < (steps.first - least)[:, None]
    at = np.concatenate([np.where(raised, always, NEVER), steps.at], 1)
    delta = np.concatenate([np.where(raised, 1, 0), steps.delta], 1)
    at = np.where((delta == 0) | (at > steps.high[:, None]), NEVER, at)
    order = np.argsort(at, axis=1, kind="stable")
    at, delta = np.take_along_axis(at, order, 1), np.take_along_axis(delta, order, 1)
    used = max(1, int((at < NEVER).sum(1).max()))
    at, falls = at[:, :used], delta[:, :used] < 0
    # unreachable thresholds fall and rise in turn, so that the result stays in its type
    never = at == NEVER
    last = least + np.where(never, 0, delta[:, :used]).sum(1)
    down_first = (last > region.clip().low)[:, None]
    falls = np.where(never, (np.cumsum(never, axis=1) % 2 == 1) == down_first, falls)
    return _made(region, region.leaves[0], at, least, falls), steps


def _by_accumulator(steps: Steps) -> Steps:
    """The steps over acc instead of u, so the steps of a falling channel fall."""
    falling = (steps.sign < 0)[:, None]
    real = steps.at <= steps.high[:, None]
    low = np.where(steps.sign < 0, -steps.high, steps.low)
    high = np.where(steps.sign < 0, -steps.low, steps.high)
    at = np.where(falling, -steps.at + 1, steps.at)
    at = np.where(real, at, high[:, None] + 1)
    delta = np.where(real, steps.sign[:, None], 0)
    first = np.where(steps.sign < 0, steps.first + real.sum(1), steps.first)
    order = np.argsort(at, axis=1, kind="stable")
    at, delta = np.take_along_axis(at, order, 1), np.take_along_axis(delta, order, 1)
    return Steps(low, high, np.ones_like(steps.sign), first, at, delta)


def _made(
    region: Region, leaf: SSAValue, rows: IntArray, low: int, falls: Mask | None
) -> Threshold:
    return Threshold(
        leaf,
        rows,
        low,
        result_of(region, name_of(region)),
        falls=falls,
    )


def _rows(steps: Steps, highest: int) -> tuple[int, IntArray]:
    """The value below all thresholds, and the thresholds, [N, n] with n of at least 1.

    A channel that starts above that value has thresholds that every sum reaches.
    """
    low = min(int(steps.first.min()), highest - 1)
    ahead = (steps.first - low)[:, None]
    always = np.where(np.arange(ahead.max()) < ahead, steps.low[:, None], NEVER)
    rows = np.where(steps.at > steps.high[:, None], NEVER, steps.at)
    never = np.full((len(rows), 1), NEVER)
    table = np.sort(np.concatenate([always, rows, never], axis=1), axis=1)
    return low, table[:, : max(1, int((table < NEVER).sum(1).max()))]


def _alone(region: Region) -> bool:
    """Whether the region alone reads the values between the sums and the quantizer."""
    values = [region.leaves[0], *(s.results[0] for s in region.steps)]
    one_each = all(value.has_one_use() for value in values)
    return one_each and len([s for s in region.steps if isinstance(s, Dequantize)]) == 1


def _negated(sums: Linear, sign: IntArray) -> Linear:
    weight, bias = sums.matrix() * sign[:, None], sums.addend() * sign
    zero = sums.zero_point.value.data
    new = Linear(sums.x, weight, bias, zero, layer=sums.layer.data)
    Rewriter.insert_op(new, InsertPoint.before(sums))
    return new
