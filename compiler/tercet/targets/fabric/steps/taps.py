"""The order of positions in each band, and the patterns that tiles read, from taps.

Taps are [Q, T]: the position of x that each tap of a result's position reads; -1: none.
"""

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Pattern, Piece, spread

Phases = tuple[IntArray, IntArray]
"""For each position: the number of its window's form, and how many before it share its place."""


def turns_of(taps: IntArray, bands: int, phases: Phases | None) -> IntArray:
    """Rows of the taps [bands, repeats] in the order in which each band makes them.

    Positions of one phase follow one another: their windows are alike, and evenly spaced.
    """
    found = spread(len(taps), bands)
    if phases is None:
        return found
    kind, again = phases
    keys = [np.where(found >= 0, key[found], len(taps)) for key in (again, kind)]
    return np.take_along_axis(found, np.lexsort(keys, axis=1), axis=1)


def phases_of(taps: IntArray) -> Phases:
    """The phases of a transposed convolution's positions."""
    reads = taps >= 0
    first = np.where(reads, taps, np.iinfo(np.int64).max).min(1)
    form = np.where(reads, taps - first[:, None], -1)
    kind = _numbered(form)
    return kind, _times(_numbered(np.stack([kind, np.where(reads.any(1), first, 0)], 1)))


def _numbered(rows: IntArray) -> IntArray:
    """A number for each row; equal rows have the same."""
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1])))
    return np.unique(whole.reshape(-1), return_inverse=True)[1].reshape(-1)


def _times(numbers: IntArray) -> IntArray:
    """How often each number occurred before."""
    order = np.argsort(numbers, kind="stable")
    begins = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    found = np.empty(len(numbers), np.int64)
    lengths = np.diff(begins, append=len(numbers))
    found[order] = np.arange(len(numbers)) - np.repeat(begins, lengths)
    return found


def patterns_of(
    taps: IntArray, positions: IntArray, layout: Layout, width: int, count: int
) -> tuple[tuple[Pattern, ...], IntArray, IntArray]:
    """The distinct patterns; then, [bands, repeats], the number of a pattern and its anchor."""
    valid = positions >= 0
    read = np.where(valid[..., None], taps[positions], -1)
    anchor = np.where(read >= 0, read, np.iinfo(np.int64).max).min(2)
    empty = (read < 0).all(2)
    anchor = np.where(empty, layout.first[:, None], anchor)
    relative = np.where(read >= 0, read - anchor[..., None], -1)
    unique, picks = np.unique(relative.reshape(-1, read.shape[2]), axis=0, return_inverse=True)
    found = tuple(_pattern(row, layout.position_step, width, count) for row in unique)
    anchors = (anchor - layout.first[:, None]) * layout.position_step
    return found, picks.reshape(positions.shape), anchors


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
