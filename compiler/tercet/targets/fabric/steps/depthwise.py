"""Depthwise sums: a window slides over each channel, and lanes are its neighbouring positions.

A column meets one activation of the channel. Its lanes are the positions whose windows contain the
activation, each with its own weight (a Toeplitz matrix). So an activation that several windows
need costs one cycle for all of them.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Self

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.targets.fabric.format import planes
from tercet.targets.fabric.format.frame import Kind
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.steps.closings import Rescale, Sums, Thresholds
from tercet.targets.fabric.steps.sliding import Blocks, Line, Sliding, Window
from tercet.targets.fabric.steps.step import Accumulators, Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Code, Made, Pattern, Piece
from tercet.targets.fabric.tiles.read import rectangle
from tercet.targets.fabric.tiles.routing import Route
from tercet.targets.fabric.tiles.tensor import Region, Tensor
from tercet.targets.fabric.tiles.wish import Wish, spans_from


@dataclass(frozen=True, eq=False, kw_only=True)
class Depthwise(Step):
    """acc[q, c] = bias[c] + sum over the window of weights[c, i, j] * x[.., c].

    Sums and averages over windows have weights of one. `rows` are positions in the window's raster.
    """

    window: Window
    weights: IntArray
    """[C, kernel height, kernel width]."""
    bias: IntArray
    """[C]."""
    closing: Rescale | Thresholds | Sums
    sum_name: str
    sum_factor: IntArray | None = None
    """[C]: factor from these sums to the graph's, as in a Mac."""

    kind = "depthwise"
    planar = True

    @property
    def x(self) -> Tensor:
        """Its only operand."""
        return self.operands[0]

    @property
    def accumulators(self) -> Accumulators:
        return Accumulators(self.sum_name, self.bias, self.sum_factor, self.weights)

    @property
    def pooled(self) -> int | None:
        return prod(self.weights.shape[1:]) if (self.weights >= 0).all() else None

    # -- pieces

    @property
    def least_read(self) -> int:
        sizes = zip(self.window.kernel, self.window.dilation, strict=True)
        least = ((kernel - 1) * dilation + 1 for kernel, dilation in sizes)
        return prod(map(min, (self.x.height, self.x.width), least))

    def of_rows(self, rows: range, result: Tensor) -> Self:
        y, x = divmod(rows.start, self.result.width)
        window = self.window
        first = (window.first[0] - y * window.stride[0], window.first[1] - x * window.stride[1])
        return replace(self, window=replace(window, first=first), result=result)

    def regions(self, *, narrow: bool) -> list[Region]:
        rows, columns = (self._sliding.seen(axis) for axis in (0, 1))
        some = narrow or self.x.height == 1
        return [rectangle(self.x, rows, columns if some else (0, self.x.width))]

    def of_parts(self, operands: tuple[Tensor, ...], regions: Sequence[Region | None]) -> Self:
        (region,), window = regions, self.window
        assert region is not None
        y, x = divmod(region.first, self.x.width)
        begin = (window.first[0] + y, window.first[1] + x)
        return replace(self, operands=operands, window=replace(window, first=begin))

    @property
    def geometry(self) -> Hashable:
        return self.window

    # -- choice

    def wish(self, grid: Grid, operand: int, lanes: int) -> Wish:
        return Wish(grid, True, spans_from(self._sliding.spans(grid, lanes)))

    def made_spans(self, grid: Grid, lanes: int) -> IntArray:
        return self._sliding.own_spans(grid, lanes)

    # -- stages

    def group_counts(self, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterable[int]:
        """A single candidate: each group is one channel."""
        return (1,)

    def made(self, grid: Grid, reads: tuple[Layout, ...], groups: int, spec: FabricSpec) -> Made:
        (layout,) = reads
        blocks = self._sliding.blocks(grid.bands, self._lanes(grid, spec))
        origins = self._sliding.origins(grid, blocks)
        positions = self._sliding.positions(origins, blocks)
        if self.rows is not None:
            positions = np.where(np.isin(positions, self.rows), positions, -1)
        turns = np.where((positions >= 0).any(2), np.arange(origins.shape[1]), -1)
        channels = np.arange(grid.slices)[:, None] * layout.block + np.arange(layout.block)
        channels = np.where(channels < self.x.channels, channels, -1)
        leaders = [[grid.tile(p, 0, k) for k in range(grid.slices)] for p in range(grid.bands)]
        return Made(
            grid,
            positions,
            np.repeat(channels[:, :, None], positions.shape[2], axis=2),
            np.array(leaders),
            turns,
        )

    def code(self, made: Made, reads: tuple[Layout, ...], route: Route, spec: FabricSpec) -> Code:
        (layout,), grid = reads, made.grid
        blocks = self._sliding.blocks(grid.bands, self._lanes(grid, spec))
        origins = self._sliding.origins(grid, blocks)
        count = self._planes
        channels = made.channels[:, :, 0]
        alike = self._alike and _full(channels)
        patterns: dict[Pattern, int] = {}
        picks = np.zeros(origins.shape[:2], np.int64)
        anchors = np.zeros(origins.shape[:2], np.int64)
        for p, band in enumerate(origins.tolist()):
            for r, block in enumerate(band):
                lines = self._sliding.lines(block) if made.turns[p, r] >= 0 else []
                pattern = _pattern(lines, blocks, count, layout)
                picks[p, r] = patterns.setdefault(pattern, len(patterns))
                anchors[p, r] = _anchor(lines, layout, p)
        trits = self._trits(channels[:, :1] if alike else channels, blocks, count, spec.lanes)
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

    # -- its own

    @property
    def _sliding(self) -> Sliding:
        return Sliding(self.window, self.x, self.result)

    @property
    def _planes(self) -> int:
        return planes.needed(Interval(int(self.weights.min()), int(self.weights.max())))

    @property
    def _alike(self) -> bool:
        """Whether all channels have the same weights, so that all groups share one image."""
        return bool((self.weights == self.weights[:1]).all())

    def _lanes(self, grid: Grid, spec: FabricSpec) -> int:
        """The number of lanes that takes the fewest cycles.

        More lanes share more activations, but need more weight columns. If the columns are streamed
        for every input, the slower of LOAD and EXEC counts.
        """
        channels = -(-self.x.channels // grid.slices)
        alike = self._alike and self.x.channels % channels == 0
        options = [spec.lanes >> i for i in range(spec.lanes.bit_length()) if spec.lanes >> i]

        def cycles(lanes: int) -> float:
            blocks = self._sliding.blocks(grid.bands, lanes)
            columns = self._planes * blocks.seen_rows * blocks.seen_columns
            held = columns * (1 if alike else channels)
            turns = int(self._sliding.origins(grid, blocks).shape[1])
            loaded = held * grid.slices if held > spec.bank_a_depth // 4 else 0
            return max(turns * channels * columns / 2, float(loaded))

        return min(options, key=cycles)

    def _trits(self, channels: IntArray, blocks: Blocks, count: int, lanes: int) -> IntArray:
        """[slices, block * planes * seen, lanes]."""
        (kh, kw), (sy, sx), (dy, dx) = self.window.kernel, self.window.stride, self.window.dilation
        digits = np.pad(planes.planes(self.weights, count), ((0, 0), (0, 1), (0, 0), (0, 0)))
        shape = (*channels.shape, count, blocks.seen_rows, blocks.seen_columns, lanes)
        found = np.zeros(shape, np.int8)
        for lane in range(blocks.rows * blocks.columns):
            i, j = divmod(lane, blocks.columns)
            rows = slice(i * sy, i * sy + (kh - 1) * dy + 1, dy)
            columns = slice(j * sx, j * sx + (kw - 1) * dx + 1, dx)
            found[..., rows, columns, lane] = digits.transpose(1, 0, 2, 3)[channels]
        return found.reshape(len(channels), -1, lanes)


def _full(channels: IntArray) -> bool:
    """Whether every slice has all of its groups or none [slices, groups].

    The missing groups of a partly filled slice read activations that no step has written. They
    need columns of zeros; else the cycles would depend on what the fabric ran before.
    """
    known = channels >= 0
    return np.array_equal(known.all(1), known.any(1))


def _anchor(lines: list[Line], layout: Layout, band: int) -> int:
    """The address of the first activation that a block reads, less the base."""
    return (lines[0][0] - int(layout.first[band])) * layout.position_step if lines else 0


def _pattern(lines: list[Line], blocks: Blocks, count: int, layout: Layout) -> Pattern:
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


def _singles(lines: list[Line]) -> list[Line]:
    """Lines of one position each, for layouts whose neighbouring positions are not adjacent."""
    return [
        (position + i, 1, row, column + i)
        for position, length, row, column in lines
        for i in range(length)
    ]
