"""A function of one integer tensor: requantize, threshold or table, whichever is exact."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import IntegerAttr
from xdsl.rewriter import InsertPoint, Rewriter

from tercet.errors import UnsupportedError
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import Int, IntArray, floats_of, tensor_type
from tercet.ops.linear import Linear
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.passes.bounds import bounds, by_channel
from tercet.passes.certificate import attach
from tercet.passes.region import End, Region
from tercet.passes.steps import Steps, find, find_turning, turns
from tercet.passes.synthesis import Triples, synthesize

SMALL = 256
"""Values of an operand up to which a table is considered."""
ENTRIES = 1 << 20
"""Of the tables of one operator, at most."""
NEVER = 2**31 - 1
"""A threshold that no accumulator reaches."""


def unary(region: Region, ranges: Ranges, threshold_bits: int) -> list[IntegerOp]:
    """The operator that is `region` for every integer that its leaf can be."""
    (leaf,) = region.leaves
    known = ranges.of(leaf)
    size = known.high - known.low + 1
    if size <= SMALL and region.channels == 1:
        return [_table(region, known.low, size)]
    region = by_channel(region)
    low, high = bounds(region, leaf, ranges)
    if turns(region):
        if size <= SMALL:
            return [_table(region, known.low, size)]
        return [_certified(_turning(region, find_turning(region, low, high)))]
    steps = find(region, low, high)
    triples = synthesize(steps, region.clip())
    narrow = element_of(region.end).width.data <= threshold_bits
    if triples.found.all() and not narrow:
        return [_certified((_requantize(region, triples), steps))]
    if size <= SMALL and not narrow:
        return [_table(region, known.low, size)]
    return [_certified(_thresholds(region, steps))]


def _certified(made: tuple[IntegerOp, Steps]) -> IntegerOp:
    op, steps = made
    attach(op, steps)
    return op


def element_of(end: End) -> Int:
    """The type of the quantizer's integers."""
    return tensor_type(end.q).element_type


def metadata(end: End) -> tuple[float, int]:
    """Scale and zero point; 1 where every channel has a scale of its own."""
    scale = floats_of(end.scale)
    zero: IntegerAttr = end.zero_point  # type: ignore[type-arg]
    return float(scale.reshape(-1)[0]) if scale.size == 1 else 1.0, zero.value.data


def name_of(region: Region) -> str:
    """The layer whose integers the region starts from, if it computed them."""
    (leaf, *_) = region.leaves
    owner = leaf.owner
    return owner.layer.data if isinstance(owner, IntegerOp) else region.layer


def _table(region: Region, low: int, size: int) -> Table:
    if region.channels * size > ENTRIES:
        raise UnsupportedError(
            f"{region.layer}: needs {region.channels} tables of {size} entries, one for each place "
            f"that has a constant of its own; {ENTRIES} entries are the most"
        )
    every = np.repeat(np.arange(low, low + size)[:, None], region.channels, 1)
    scale, zero = metadata(region.end)
    return Table(
        region.leaves[0],
        region(every).T,
        low,
        element_of(region.end),
        inner=region.inner,
        layer=region.layer,
        scale=scale,
        zero_point=zero,
    )


def _requantize(region: Region, triples: Triples) -> Requantize:
    scale, zero = metadata(region.end)
    return Requantize(
        region.leaves[0],
        triples.mul,
        triples.add,
        triples.shift,
        triples.clip,
        element_of(region.end),
        inner=region.inner,
        layer=name_of(region),
        scale=scale,
        zero_point=zero,
    )


def _thresholds(region: Region, steps: Steps) -> tuple[Threshold, Steps]:
    """Channels that fall get their weights negated, or thresholds at which the result falls."""
    falling = steps.sign < 0
    if not falling.any():
        return _threshold(region, region.leaves[0], steps), steps
    sums = region.leaves[0].owner
    if isinstance(sums, Linear) and _alone(region):
        upright = Steps(steps.low, steps.high, np.ones_like(steps.sign), steps.first, steps.at)
        new = _negated(sums, steps.sign)
        return _threshold(region, new.acc, upright), upright
    return _turning(region, _by_accumulator(steps))


def _threshold(region: Region, leaf: object, steps: Steps) -> Threshold:
    low, rows = _rows(steps, region.clip().high)
    return _made(region, leaf, rows, low, None)


def _turning(region: Region, steps: Steps) -> tuple[Threshold, Steps]:
    """From thresholds that rise and fall."""
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
    # what no sum reaches goes down and up in turn, so that the result stays in its type
    never = at == NEVER
    last = least + np.where(never, 0, delta[:, :used]).sum(1)
    down_first = (last > region.clip().low)[:, None]
    falls = np.where(never, (np.cumsum(never, axis=1) % 2 == 1) == down_first, falls)
    return _made(region, region.leaves[0], at, least, falls), steps


def _by_accumulator(steps: Steps) -> Steps:
    """The steps over acc instead of over u: where acc rises, a falling channel falls."""
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
    region: Region, leaf: object, rows: IntArray, low: int, falls: object
) -> Threshold:
    scale, zero = metadata(region.end)
    return Threshold(
        leaf,  # type: ignore[arg-type]
        rows,
        low,
        element_of(region.end),
        inner=region.inner,
        falls=falls,  # type: ignore[arg-type]
        layer=name_of(region),
        scale=scale,
        zero_point=zero,
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
    """Whether nothing else reads what lies between the sums and the quantizer."""
    values: Sequence[object] = [region.leaves[0], *(s.results[0] for s in region.steps)]
    one_each = all(value.has_one_use() for value in values)  # type: ignore[attr-defined]
    return one_each and len([s for s in region.steps if isinstance(s, Dequantize)]) == 1


def _negated(sums: Linear, sign: IntArray) -> Linear:
    weight, bias = sums.matrix() * sign[:, None], sums.addend() * sign
    zero = sums.zero_point.value.data
    new = Linear(sums.x, weight, bias, zero, layer=sums.layer.data)
    Rewriter.insert_op(new, InsertPoint.before(sums))
    return new
