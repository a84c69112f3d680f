"""A step in pieces: each makes some rows of the result, from what it reads of the operands.

A piece of whole rows reads whole rows; one of a part of a row reads a rectangle.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import prod

import numpy as np

from tercet.ir.types import IntArray
from tercet.plan.assign import operands_of
from tercet.plan.code import spans_of
from tercet.plan.steps import Depthwise, Mac, Region, Step, Tensor, Vector


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows of a step, and where what it reads and makes stands in the whole tensors."""

    step: Step
    reads: tuple[Region | None, ...]
    """Of each operand; None: the whole operand, which lies in bank B."""
    makes: Region
    key: Hashable
    """The same for pieces of a step that are alike but for where they begin."""


def can_be_cut(step: Step) -> bool:
    """Whether a step makes its whole result, row by row."""
    return step.rows is None and not (isinstance(step, Vector) and step.columns is not None)


def least_read(step: Step) -> int:
    """Positions of an operand that a band holds at least: what a piece of one result reads."""
    if isinstance(step, Depthwise):
        sizes = zip(step.window.kernel, step.window.dilation, strict=True)
        least = ((kernel - 1) * dilation + 1 for kernel, dilation in sizes)
        return prod(map(min, (step.x.height, step.x.width), least))
    x, read = operands_of(step)[0], step.taps if isinstance(step, Mac) else step.items[..., 1]
    if step.result.height == 1:
        return int(np.diff(spans_of(read)).max(initial=0))
    rows, columns = (spans_of(part) for part in _rows_and_columns(x, read))
    return int((np.diff(rows) * np.diff(columns)).max(initial=0))


def cut(step: Step, count: int, brought: tuple[bool, ...]) -> tuple[Piece, ...]:
    """The step in about so many pieces; those operands that are `brought` become parts."""
    return tuple(_piece(step, rows, brought) for rows in _rows(step.result, count))


def _rows(result: Tensor, count: int) -> Iterator[range]:
    """The positions that each piece makes: rows of an image as long as there are enough of them.

    Then parts of rows, every row in the same ones: so most pieces are alike.
    """
    if count == 1:
        yield range(result.positions)
        return
    width, rows = (1, result.positions) if result.height == 1 else (result.width, result.height)
    if count <= rows:
        for part in np.array_split(np.arange(rows), min(count, rows)):
            yield range(int(part[0]) * width, (int(part[-1]) + 1) * width)
        return
    columns = np.array_split(np.arange(width), min(-(-count // rows), width))
    for row in range(rows):
        for part in columns:
            yield range(row * width + int(part[0]), row * width + int(part[-1]) + 1)


def _piece(step: Step, rows: range, brought: tuple[bool, ...]) -> Piece:
    piece = step if len(rows) == step.result.positions else _cut(step, rows)
    narrow = step.result.height > 1 and len(rows) < step.result.width
    regions = [
        region if moved else None
        for region, moved in zip(_reads(piece, narrow=narrow), brought, strict=True)
    ]
    if any(brought):
        piece = _moved(piece, regions)
    alone = None if all(brought) else rows.start  # it reads what others read elsewhere
    return Piece(piece, tuple(regions), Region(rows.start, len(rows)), (_key(piece), alone))


def _key(piece: Step) -> Hashable:
    """What tells pieces of a step apart, but for the tensors' elements."""
    sizes = tuple((x.height, x.width) for x in (*operands_of(piece), piece.result))
    if isinstance(piece, Depthwise):
        return sizes, piece.window
    table = piece.taps if isinstance(piece, Mac) else piece.items
    return sizes, table.shape, sha256(np.ascontiguousarray(table).tobytes()).digest()


def _cut(step: Step, rows: range) -> Step:
    """The step for some rows of the result alone; its operands are still whole."""
    result = _part_of(step.result, Region(rows.start, len(rows)))
    if isinstance(step, Mac):
        return replace(step, taps=step.taps[rows.start : rows.stop], result=result)
    if isinstance(step, Vector):
        return replace(step, items=step.items[rows.start : rows.stop], result=result)
    y, x = divmod(rows.start, step.result.width)
    window = step.window
    first = (window.first[0] - y * window.stride[0], window.first[1] - x * window.stride[1])
    return replace(step, window=replace(window, first=first), result=result)


def _part_of(tensor: Tensor, region: Region) -> Tensor:
    """Positions of a tensor as one of its own: an image of whole rows, or of a rectangle."""
    order, height, width = tensor.order[region.positions], region.rows, region.width
    whole = tensor.height > 1 and width % tensor.width == 0 and region.first % tensor.width == 0
    if height == 1 and whole:
        height, width = width // tensor.width, tensor.width
    return replace(tensor, height=height, width=width, order=order)


def _reads(step: Step, *, narrow: bool) -> list[Region]:
    """What a step reads of each operand: a rectangle if it is `narrow`, else positions in a row."""
    if isinstance(step, Mac):
        return [_region(step.x, step.taps, narrow=narrow)]
    if isinstance(step, Vector):
        return [
            _region(x, np.where(step.items[..., 0] == i, step.items[..., 1], -1), narrow=narrow)
            for i, x in enumerate(step.operands)
        ]
    rows, columns = (_seen(step, axis) for axis in (0, 1))
    some = narrow or step.x.height == 1
    return [_rectangle(step.x, rows, columns if some else (0, step.x.width))]


def _seen(step: Depthwise, axis: int) -> tuple[int, int]:
    """Rows or columns of x in the windows of all results: the first, and behind the last.

    One of x also where all windows lie in the padding.
    """
    window, x, result = step.window, step.x, step.result
    size, made = ((x.height, result.height), (x.width, result.width))[axis]
    low = min(size - 1, max(0, -window.first[axis]))
    reach = (made - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis]
    return low, max(low, min(size, reach - window.first[axis] + 1))


def _region(x: Tensor, read: IntArray, *, narrow: bool) -> Region:
    if narrow and x.height > 1:
        rows, columns = (spans_of(part[None])[0].tolist() for part in _rows_and_columns(x, read))
        return _rectangle(x, rows, columns)
    first, behind = spans_of(read[None])[0].tolist()
    return Region(first, max(1, behind - first))


def _rows_and_columns(x: Tensor, read: IntArray) -> tuple[IntArray, IntArray]:
    """Of positions of x; -1 stays what it is."""
    rows, columns = np.divmod(read, x.width)
    return np.where(read < 0, -1, rows), np.where(read < 0, -1, columns)


def _rectangle(x: Tensor, rows: Sequence[int], columns: Sequence[int]) -> Region:
    """Rows and columns, each from the first to behind the last: at least one position."""
    (top, below), (left, right) = rows, columns
    height, width = max(1, below - top), max(1, right - left)
    if width == x.width:
        return Region(top * x.width, height * width)
    return Region(top * x.width + left, width, height, x.width)


def _moved(step: Step, regions: Sequence[Region | None]) -> Step:
    """The step with parts of its operands, where regions say of what."""
    operands = tuple(
        x if region is None else _part_of(x, region)
        for x, region in zip(operands_of(step), regions, strict=True)
    )
    places = [region.places if region else np.asarray for region in regions]
    if isinstance(step, Mac):
        return replace(step, x=operands[0], taps=places[0](step.taps))
    if isinstance(step, Vector):
        chosen, positions = step.items[..., 0], step.items[..., 1]
        moved = [np.where(chosen == i, each(positions), 0) for i, each in enumerate(places)]
        items = np.stack([chosen, sum(moved, np.zeros_like(positions))], -1)
        return replace(step, operands=operands, items=items)
    (region,), window = regions, step.window
    assert region is not None
    y, x = divmod(region.first, step.x.width)
    begin = (window.first[0] + y, window.first[1] + x)
    return replace(step, x=operands[0], window=replace(window, first=begin))
