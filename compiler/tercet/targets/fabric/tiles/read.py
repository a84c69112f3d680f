"""The region of a tensor that some results read: a run of positions, or a rectangle."""

from collections.abc import Sequence

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.pattern import spans_of
from tercet.targets.fabric.tiles.tensor import Region, Tensor


def least_read(x: Tensor, result: Tensor, read: IntArray) -> int:
    """The most positions of x that one result reads; read [Q, ...], -1: none."""
    if result.height == 1:
        return int(np.diff(spans_of(read)).max(initial=0))
    rows, columns = (spans_of(part) for part in _rows_and_columns(x, read))
    return int((np.diff(rows) * np.diff(columns)).max(initial=0))


def region_of(x: Tensor, read: IntArray, *, narrow: bool) -> Region:
    """The smallest region with all of `read`: a rectangle of an image if `narrow`, else a run."""
    if narrow and x.height > 1:
        rows, columns = (spans_of(part[None])[0].tolist() for part in _rows_and_columns(x, read))
        return rectangle(x, rows, columns)
    first, behind = spans_of(read[None])[0].tolist()
    return Region(first, max(1, behind - first))


def rectangle(x: Tensor, rows: Sequence[int], columns: Sequence[int]) -> Region:
    """The region of rows and columns, each given as first and behind the last; never empty."""
    (top, below), (left, right) = rows, columns
    height, width = max(1, below - top), max(1, right - left)
    if width == x.width:
        return Region(top * x.width, height * width)
    return Region(top * x.width + left, width, height, x.width)


def _rows_and_columns(x: Tensor, read: IntArray) -> tuple[IntArray, IntArray]:
    """Rows and columns of positions of x; -1 stays -1."""
    rows, columns = np.divmod(read, x.width)
    return np.where(read < 0, -1, rows), np.where(read < 0, -1, columns)
