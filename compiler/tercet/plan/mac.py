"""A product of weights and windows on the tiles: lanes are output channels."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from tercet.fabric import planes
from tercet.fabric.frame import Kind
from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.plan.code import Code, Made, Pattern, Piece, placed, spans_of, spread
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError, Layout
from tercet.plan.steps import Mac


def turns_of(step: Mac, grid: Grid) -> IntArray:
    """Rows of the taps [bands, repeats] in the order in which each band makes them."""
    found = spread(len(step.taps), grid.bands)
    return found if step.phases == 1 else _by_pattern(step, found)


def _by_pattern(step: Mac, found: IntArray) -> IntArray:
    """Positions of one phase one after the other: their windows are alike, and evenly spaced."""
    kind, again = _phases(step)
    last = len(step.taps)
    keys = [np.where(found >= 0, key[found], last) for key in (again, kind)]
    return np.take_along_axis(found, np.lexsort(keys, axis=1), axis=1)


@lru_cache(maxsize=16)
def _phases(step: Mac) -> tuple[IntArray, IntArray]:
    """Of each position: which form its window has, and the how manieth it is at its place."""
    reads = step.taps >= 0
    first = np.where(reads, step.taps, np.iinfo(np.int64).max).min(1)
    form = np.where(reads, step.taps - first[:, None], -1)
    kind = _numbered(form)
    return kind, _times(_numbered(np.stack([kind, np.where(reads.any(1), first, 0)], 1)))


def _numbered(rows: IntArray) -> IntArray:
    """The same number for equal rows."""
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1])))
    return np.unique(whole.reshape(-1), return_inverse=True)[1].reshape(-1)


def _times(numbers: IntArray) -> IntArray:
    """How often each number was there before."""
    order = np.argsort(numbers, kind="stable")
    begins = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    found = np.empty(len(numbers), np.int64)
    lengths = np.diff(begins, append=len(numbers))
    found[order] = np.arange(len(numbers)) - np.repeat(begins, lengths)
    return found


def spans(step: Mac, grid: Grid) -> IntArray:
    """What each band reads of x [bands, 2]."""
    positions = turns_of(step, grid)
    return spans_of(np.where(positions[..., None] >= 0, step.taps[positions], -1))


def group_counts(step: Mac, grid: Grid, lanes: int) -> Iterator[int]:
    """How many groups may share the lanes: the fewest, and some more that divide well."""
    outputs = step.weights.shape[1]
    if step.groups > 1:
        if step.groups % grid.outs == 0 and grid.slices == 1:
            own = outputs // step.groups
            most = max(1, lanes // own)
            held = step.groups // grid.outs
            if own <= lanes:
                yield from (held // m for m in range(most, 0, -1) if held % m == 0)
        return
    share = -(-outputs // grid.outs)
    least = -(-share // lanes)
    yield from range(least, min(share, max(2 * least, 8)) + 1)


def made_of(step: Mac, grid: Grid, groups: int, lanes: int) -> Made:
    """What the step makes in `groups` groups on tiles of `lanes` lanes."""
    channels, turns = _channels(step, grid, groups), turns_of(step, grid)
    if channels.shape[2] > lanes:
        raise IncompatibleError(f"{channels.shape[2]} outputs in {lanes} lanes")
    leaders = [[grid.tile(p, o, 0) for o in range(grid.outs)] for p in range(grid.bands)]
    positions = placed(turns, step.rows, channels.shape[2])
    return Made(grid, positions, channels, np.array(leaders), turns)


def code_of(step: Mac, made: Made, layout: Layout, lanes: int) -> Code:
    """The step on tiles of `lanes` lanes, reading x from `layout`."""
    grid, groups = made.grid, made.groups
    count = planes.needed(Interval(int(step.weights.min()), int(step.weights.max())))
    width = _width(step, grid, layout, groups)
    patterns, picks, anchors = _reads(step, made.turns, layout, width, count)
    return Code(
        kind=Kind.MAC,
        made=made,
        patterns=patterns,
        picks=picks,
        anchors=anchors,
        act_base=layout.base,
        act_group=width if step.groups > 1 else 0,
        col_group=count * step.taps.shape[1] * width,
        out_act=groups * width if step.groups > 1 else 0,
        planes=count,
        trits=_trits(step, grid, layout, made.channels, width, count, lanes),
    )


def _width(step: Mac, grid: Grid, layout: Layout, groups: int) -> int:
    """Channels that a tap visits."""
    if step.groups == 1:
        return layout.pitch if layout.inside is None else layout.block
    return step.x.channels // (grid.outs * groups)


def _channels(step: Mac, grid: Grid, groups: int) -> IntArray:
    """Channel of [out, group, lane]; -1 beyond the last."""
    outputs = step.weights.shape[1]
    share = -(-outputs // grid.outs)
    lanes = -(-share // groups)
    o, g, lane = np.ogrid[: grid.outs, :groups, :lanes]
    if step.groups > 1:
        return np.asarray((o * groups + g) * lanes + lane)
    found = (o * lanes + lane) * groups + g
    return np.where(found < outputs, found, -1)


def _reads(
    step: Mac, positions: IntArray, layout: Layout, width: int, count: int
) -> tuple[tuple[Pattern, ...], IntArray, IntArray]:
    """Patterns, and which one each band reads where."""
    valid = positions >= 0
    taps = np.where(valid[..., None], step.taps[positions], -1)
    anchor = np.where(taps >= 0, taps, np.iinfo(np.int64).max).min(2)
    empty = (taps < 0).all(2)
    anchor = np.where(empty, layout.first[:, None], anchor)
    relative = np.where(taps >= 0, taps - anchor[..., None], -1)
    unique, picks = np.unique(relative.reshape(-1, taps.shape[2]), axis=0, return_inverse=True)
    patterns = tuple(_pattern(row, layout.position_step, width, count) for row in unique)
    anchors = (anchor - layout.first[:, None]) * layout.position_step
    return patterns, picks.reshape(positions.shape), anchors


def _pattern(row: IntArray, step: int, width: int, count: int) -> Pattern:
    """The segments of a window whose taps lie `row` positions behind the anchor."""
    plane: list[tuple[int, int, int]] = []
    for tap, place in enumerate(row.tolist()):
        if place < 0:
            continue
        act, column = place * step, tap * width
        if plane and plane[-1][0] + plane[-1][2] == act and plane[-1][1] + plane[-1][2] == column:
            plane[-1] = (plane[-1][0], plane[-1][1], plane[-1][2] + width)
        else:
            plane.append((act, column, width))
    if not plane:
        return (Piece(0, 0, 0, end=True),)
    size, last = len(row) * width, len(plane) - 1
    return tuple(
        Piece(act, p * size + column, length, p == count - 1 and i == last, p > 0 and i == 0)
        for p in range(count)
        for i, (act, column, length) in enumerate(plane)
    )


def _trits(
    step: Mac, grid: Grid, layout: Layout, channels: IntArray, width: int, count: int, lanes: int
) -> IntArray:
    """[turns * outs * slices, groups * planes * taps * width, lanes]."""
    taps, outputs, inputs = step.weights.shape
    digits = planes.planes(step.weights, count)
    padded = np.zeros((count, taps, outputs + 1, grid.slices * max(width, layout.block)), np.int8)
    padded[:, :, :outputs, :inputs] = digits
    if step.groups > 1:
        pieces = _grouped(step, padded, channels, width)
    else:
        slices = padded[..., : grid.slices * layout.block]
        slices = slices.reshape(count, taps, outputs + 1, grid.slices, layout.block)
        gap = width - layout.block
        slices = np.pad(slices, [(0, 0)] * 4 + [(0, gap)])
        pieces = slices[:, :, channels]  # [plane, tap, out, group, lane, slice, width]
        pieces = pieces.transpose(2, 5, 3, 0, 1, 6, 4)
    shape = (len(channels) * grid.slices, -1, channels.shape[2])
    flat = np.ascontiguousarray(pieces).reshape(shape)
    return np.pad(flat, ((0, 0), (0, 0), (0, lanes - channels.shape[2])))


def _grouped(step: Mac, padded: IntArray, channels: IntArray, width: int) -> IntArray:
    """[out, 1, group, plane, tap, width, lane]: a pass covers whole groups of the convolution."""
    own = step.weights.shape[2]
    per = step.weights.shape[1] // step.groups
    weights = padded[:, :, channels][..., :own]  # [plane, tap, out, group, lane, own]
    lanes = channels.shape[2]
    found = np.zeros((*weights.shape[:5], width), np.int8)
    for lane in range(lanes):
        at = lane // per * own
        found[..., lane, at : at + own] = weights[..., lane, :]
    return found.transpose(2, 3, 0, 1, 5, 4)[:, None]
