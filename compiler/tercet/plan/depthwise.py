"""A window that slides over each channel alone: lanes are neighbouring positions of one channel.

A column is one activation of the channel; the lanes it reaches are the positions whose windows it
lies in, each with its own weight (a Toeplitz matrix). So an activation that is needed by several
windows costs one cycle for all of them.
"""

from dataclasses import dataclass

import numpy as np

from tercet.fabric import planes
from tercet.fabric.frame import Kind
from tercet.fabric.spec import FabricSpec
from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.plan.code import Code, Made, Pattern, Piece, spans_of
from tercet.plan.grid import Grid
from tercet.plan.layout import Layout
from tercet.plan.steps import Depthwise


@dataclass(frozen=True)
class _Blocks:
    """Lanes as `rows` x `columns` neighbouring positions, and the inputs they see together."""

    rows: int
    columns: int
    seen_rows: int
    seen_columns: int


def _blocks(step: Depthwise, bands: int, lanes: int) -> _Blocks:
    height, width = step.result.height, step.result.width
    chunk = -(-width // bands) if height == 1 else width
    pieces = -(-chunk // lanes)
    columns = -(-chunk // pieces)
    rows = max(1, min(lanes // width, -(-height // bands))) if pieces == 1 and height > 1 else 1
    (kh, kw), (sy, sx), (dy, dx) = step.window.kernel, step.window.stride, step.window.dilation
    return _Blocks(
        rows, columns, (rows - 1) * sy + (kh - 1) * dy + 1, (columns - 1) * sx + (kw - 1) * dx + 1
    )


def _origins(step: Depthwise, grid: Grid, blocks: _Blocks) -> IntArray:
    """First row and column of each block of each band [bands, blocks, 4], and behind the last."""
    height, width = step.result.height, step.result.width
    bands = []
    for p in range(grid.bands):
        if height == 1:
            chunk = -(-width // grid.bands)
            y0, y1, x0, x1 = 0, 1, p * chunk, min((p + 1) * chunk, width)
        else:
            chunk = -(-height // grid.bands)
            y0, y1, x0, x1 = p * chunk, min((p + 1) * chunk, height), 0, width
        bands.append(
            [
                (y, x, min(y + blocks.rows, y1), min(x + blocks.columns, x1))
                for y in range(y0, y1, blocks.rows)
                for x in range(x0, x1, blocks.columns)
            ]
        )
    most = max(len(band) for band in bands)
    padded = [band + [(0, 0, 0, 0)] * (most - len(band)) for band in bands]
    return np.array(padded, np.int64).reshape(grid.bands, most, 4)


def _positions(step: Depthwise, origins: IntArray, blocks: _Blocks) -> IntArray:
    """Position of each lane [bands, blocks, lanes]; -1 where there is none."""
    row, column = np.divmod(np.arange(blocks.rows * blocks.columns), blocks.columns)
    y, x = origins[..., 0, None] + row, origins[..., 1, None] + column
    inside = (y < origins[..., 2, None]) & (x < origins[..., 3, None])
    return np.where(inside, y * step.result.width + x, -1)


def spans(step: Depthwise, grid: Grid, lanes: int) -> IntArray:
    """What each band reads of x [bands, 2]."""
    origins = _origins(step, grid, _blocks(step, grid.bands, lanes))
    found = np.zeros((grid.bands, 2), np.int64)
    for p, band in enumerate(origins):
        lines = [line for block in band.tolist() for line in _lines(step, block)]
        if lines:
            found[p] = min(line[0] for line in lines), max(line[0] + line[1] for line in lines)
    return found


def own_spans(step: Depthwise, grid: Grid, lanes: int) -> IntArray:
    """What each band makes [bands, 2]."""
    blocks = _blocks(step, grid.bands, lanes)
    return spans_of(_positions(step, _origins(step, grid, blocks), blocks))


def _lines(step: Depthwise, block: list[int]) -> list[tuple[int, int, int, int]]:
    """Rows of x that a block sees: first position, length, row and column in what it sees."""
    (kh, kw), (sy, sx) = step.window.kernel, step.window.stride
    (top, left), (dy, dx) = step.window.first, step.window.dilation
    y0, x0, y1, x1 = block
    if y1 <= y0 or x1 <= x0:
        return []
    found = []
    low = max(0, x0 * sx - left)
    high = min(step.x.width, (x1 - 1) * sx - left + (kw - 1) * dx + 1)
    for row in range((y1 - y0 - 1) * sy + (kh - 1) * dy + 1):
        y = y0 * sy - top + row
        if 0 <= y < step.x.height and high > low:
            found.append((y * step.x.width + low, high - low, row, low - (x0 * sx - left)))
    return found


def lanes_of(step: Depthwise, grid: Grid, spec: FabricSpec) -> int:
    """How many lanes are best used.

    More of them share more activations, but need more columns: where these come from memory for
    every input, what takes longest counts.
    """
    channels = -(-step.x.channels // grid.slices)
    alike = _alike(step) and step.x.channels % channels == 0
    options = [spec.lanes >> i for i in range(spec.lanes.bit_length()) if spec.lanes >> i]

    def cycles(lanes: int) -> float:
        blocks = _blocks(step, grid.bands, lanes)
        columns = _planes(step) * blocks.seen_rows * blocks.seen_columns
        held = columns * (1 if alike else channels)
        turns = int(_origins(step, grid, blocks).shape[1])
        loaded = held * grid.slices if held > spec.bank_a_depth // 4 else 0
        return max(turns * channels * columns / 2, float(loaded))

    return min(options, key=cycles)


def _alike(step: Depthwise) -> bool:
    """Whether all channels have the same weights, so that one image of them serves all groups."""
    return bool((step.weights == step.weights[:1]).all())


def _full(channels: IntArray) -> bool:
    """Whether no slice has some groups [slices, groups] only.

    The others of such a slice read what nobody has written, and need columns of zeros: else the
    cycles would depend on what the fabric ran before.
    """
    known = channels >= 0
    return np.array_equal(known.all(1), known.any(1))


def _planes(step: Depthwise) -> int:
    return planes.needed(Interval(int(step.weights.min()), int(step.weights.max())))


def made_of(step: Depthwise, grid: Grid, layout: Layout, lanes: int) -> Made:
    """What the step makes on tiles of `lanes` lanes, one channel a group."""
    blocks = _blocks(step, grid.bands, lanes)
    origins = _origins(step, grid, blocks)
    positions = _positions(step, origins, blocks)
    if step.rows is not None:
        positions = np.where(np.isin(positions, step.rows), positions, -1)
    turns = np.where((positions >= 0).any(2), np.arange(origins.shape[1]), -1)
    channels = np.arange(grid.slices)[:, None] * layout.block + np.arange(layout.block)
    channels = np.where(channels < step.x.channels, channels, -1)
    leaders = [[grid.tile(p, 0, k) for k in range(grid.slices)] for p in range(grid.bands)]
    return Made(
        grid,
        positions,
        np.repeat(channels[:, :, None], positions.shape[2], axis=2),
        np.array(leaders),
        turns,
    )


def code_of(step: Depthwise, made: Made, layout: Layout, spec: FabricSpec) -> Code:
    """The step, reading x from `layout`, which is planar."""
    grid = made.grid
    blocks = _blocks(step, grid.bands, lanes_of(step, grid, spec))
    origins = _origins(step, grid, blocks)
    count = _planes(step)
    channels = made.channels[:, :, 0]
    alike = _alike(step) and _full(channels)
    patterns: dict[Pattern, int] = {}
    picks = np.zeros(origins.shape[:2], np.int64)
    anchors = np.zeros(origins.shape[:2], np.int64)
    for p, band in enumerate(origins.tolist()):
        for r, block in enumerate(band):
            lines = _lines(step, block) if made.turns[p, r] >= 0 else []
            picks[p, r] = patterns.setdefault(_pattern(lines, blocks, count, layout), len(patterns))
            anchors[p, r] = _anchor(lines, layout, p)
    trits = _trits(step, channels[:, :1] if alike else channels, blocks, count, spec.lanes)
    return Code(
        kind=Kind.MAC,
        made=made,
        patterns=tuple(patterns),
        picks=picks,
        anchors=anchors,
        act_base=layout.base,
        act_group=layout.channel_step,
        col_group=0 if alike else count * blocks.seen_rows * blocks.seen_columns,
        planes=count,
        trits=np.tile(trits, (grid.outs, 1, 1)),
    )


def _anchor(lines: list[tuple[int, int, int, int]], layout: Layout, band: int) -> int:
    """The address of the first activation that a block sees, less the base."""
    return (lines[0][0] - int(layout.first[band])) * layout.position_step if lines else 0


def _pattern(
    lines: list[tuple[int, int, int, int]], blocks: _Blocks, count: int, layout: Layout
) -> Pattern:
    if not lines:
        return (Piece(0, 0, 0, end=True),)
    start, step = lines[0][0], layout.position_step
    size = blocks.seen_rows * blocks.seen_columns
    rows = [
        ((position - start) * step, row * blocks.seen_columns + column, length)
        for position, length, row, column in (lines if step == 1 else _singles(lines))
    ]
    last = len(rows) - 1
    return tuple(
        Piece(act, p * size + column, length, p == count - 1 and i == last, p > 0 and i == 0)
        for p in range(count)
        for i, (act, column, length) in enumerate(rows)
    )


def _singles(lines: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Position by position, where neighbours do not lie side by side."""
    return [
        (position + i, 1, row, column + i)
        for position, length, row, column in lines
        for i in range(length)
    ]


def _trits(
    step: Depthwise, channels: IntArray, blocks: _Blocks, count: int, lanes: int
) -> IntArray:
    """[slices, block * planes * seen, lanes]."""
    (kh, kw), (sy, sx), (dy, dx) = step.window.kernel, step.window.stride, step.window.dilation
    digits = np.pad(planes.planes(step.weights, count), ((0, 0), (0, 1), (0, 0), (0, 0)))
    shape = (*channels.shape, count, blocks.seen_rows, blocks.seen_columns, lanes)
    found = np.zeros(shape, np.int8)
    for lane in range(blocks.rows * blocks.columns):
        i, j = divmod(lane, blocks.columns)
        rows = slice(i * sy, i * sy + (kh - 1) * dy + 1, dy)
        columns = slice(j * sx, j * sx + (kw - 1) * dx + 1, dx)
        found[..., rows, columns, lane] = digits.transpose(1, 0, 2, 3)[channels]
    return found.reshape(len(channels), -1, lanes)
