"""Blocks of a sliding window: neighbouring positions for the lanes, and the inputs they read."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.pattern import spans_of
from tercet.targets.fabric.tiles.tensor import Tensor

Line = tuple[int, int, int, int]
"""A part of a row of x: first position and length; then its row and column in a block's inputs."""


@dataclass(frozen=True)
class Window:
    """A window of two axes; a sequence has height 1."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    first: tuple[int, int]
    """Padding above and to the left."""
    dilation: tuple[int, int]


@dataclass(frozen=True)
class Blocks:
    """Lanes as `rows` x `columns` neighbouring positions, and the size of the inputs they read."""

    rows: int
    columns: int
    seen_rows: int
    seen_columns: int


@dataclass(frozen=True, eq=False)
class Sliding:
    """A window that slides over x and makes the positions of `result`."""

    window: Window
    x: Tensor
    result: Tensor

    def blocks(self, bands: int, lanes: int) -> Blocks:
        """The largest blocks for so many lanes that every band can fill."""
        height, width = self.result.height, self.result.width
        chunk = -(-width // bands) if height == 1 else width
        pieces = -(-chunk // lanes)
        columns = -(-chunk // pieces)
        rows = max(1, min(lanes // width, -(-height // bands))) if pieces == 1 and height > 1 else 1
        (kh, kw), (sy, sx), (dy, dx) = self.window.kernel, self.window.stride, self.window.dilation
        return Blocks(
            rows,
            columns,
            (rows - 1) * sy + (kh - 1) * dy + 1,
            (columns - 1) * sx + (kw - 1) * dx + 1,
        )

    def origins(self, grid: Grid, blocks: Blocks) -> IntArray:
        """First row and column of each block, then those behind its last [bands, blocks, 4]."""
        height, width = self.result.height, self.result.width
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

    def positions(self, origins: IntArray, blocks: Blocks) -> IntArray:
        """Position of each lane [bands, blocks, lanes]; -1: none."""
        row, column = np.divmod(np.arange(blocks.rows * blocks.columns), blocks.columns)
        y, x = origins[..., 0, None] + row, origins[..., 1, None] + column
        inside = (y < origins[..., 2, None]) & (x < origins[..., 3, None])
        return np.where(inside, y * self.result.width + x, -1)

    def spans(self, grid: Grid, lanes: int) -> IntArray:
        """First position of x that each band reads, and the one behind the last [bands, 2]."""
        origins = self.origins(grid, self.blocks(grid.bands, lanes))
        found = np.zeros((grid.bands, 2), np.int64)
        for p, band in enumerate(origins):
            lines = [line for block in band.tolist() for line in self.lines(block)]
            if lines:
                found[p] = min(line[0] for line in lines), max(line[0] + line[1] for line in lines)
        return found

    def own_spans(self, grid: Grid, lanes: int) -> IntArray:
        """First position that each band makes, and the one behind the last [bands, 2]."""
        blocks = self.blocks(grid.bands, lanes)
        return spans_of(self.positions(self.origins(grid, blocks), blocks))

    def lines(self, block: list[int]) -> list[Line]:
        """The parts of rows of x that a block reads."""
        (kh, kw), (sy, sx) = self.window.kernel, self.window.stride
        (top, left), (dy, dx) = self.window.first, self.window.dilation
        y0, x0, y1, x1 = block
        if y1 <= y0 or x1 <= x0:
            return []
        found = []
        low = max(0, x0 * sx - left)
        high = min(self.x.width, (x1 - 1) * sx - left + (kw - 1) * dx + 1)
        for row in range((y1 - y0 - 1) * sy + (kh - 1) * dy + 1):
            y = y0 * sy - top + row
            if 0 <= y < self.x.height and high > low:
                found.append((y * self.x.width + low, high - low, row, low - (x0 * sx - left)))
        return found

    def seen(self, axis: int) -> tuple[int, int]:
        """First row (or column) of x in any window, and the one behind the last.

        The range has at least one row, even if all windows lie in the padding.
        """
        window, x, result = self.window, self.x, self.result
        size, made = ((x.height, result.height), (x.width, result.width))[axis]
        low = min(size - 1, max(0, -window.first[axis]))
        reach = (made - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis]
        return low, max(low, min(size, reach - window.first[axis] + 1))
