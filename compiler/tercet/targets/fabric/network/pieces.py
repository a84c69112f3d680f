"""Pieces of a step: each makes some rows of the result from parts of the operands.

A piece that makes whole rows reads whole rows; a piece of one row's part reads a rectangle.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Region, Tensor


@dataclass(frozen=True, eq=False)
class Piece:
    """A step for some rows, and the regions of the whole tensors that it reads and makes."""

    step: Step
    reads: tuple[Region | None, ...]
    """Region of each operand; None: the whole operand, which lies in bank B."""
    makes: Region
    key: Hashable
    """A key that is equal for pieces of a step that differ only in where they begin."""


def cut(step: Step, count: int, brought: tuple[bool, ...]) -> tuple[Piece, ...]:
    """The step in about `count` pieces; an operand that is `brought` from memory becomes a part."""
    return tuple(_piece(step, rows, brought) for rows in _rows(step.result, count))


def _rows(result: Tensor, count: int) -> Iterator[range]:
    """The positions that each piece makes: whole rows of an image if there are `count` of them.

    Otherwise parts of rows, with every row cut at the same places, so that most pieces are alike.
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
        for region, moved in zip(piece.regions(narrow=narrow), brought, strict=True)
    ]
    if any(brought):
        piece = _moved(piece, regions)
    alone = None if all(brought) else rows.start  # pieces read the same operand at different places
    return Piece(piece, tuple(regions), Region(rows.start, len(rows)), (_key(piece), alone))


def _key(piece: Step) -> Hashable:
    """A key of a piece without its tensors' elements."""
    sizes = tuple((x.height, x.width) for x in (*piece.operands, piece.result))
    return sizes, piece.geometry


def _cut(step: Step, rows: range) -> Step:
    """The step for some rows of the result; its operands stay whole."""
    return step.of_rows(rows, _part_of(step.result, Region(rows.start, len(rows))))


def _part_of(tensor: Tensor, region: Region) -> Tensor:
    """A tensor of the positions in a region: an image of whole rows, or of a rectangle."""
    order, height, width = tensor.order[region.positions], region.rows, region.width
    whole = tensor.height > 1 and width % tensor.width == 0 and region.first % tensor.width == 0
    if height == 1 and whole:
        height, width = width // tensor.width, tensor.width
    return replace(tensor, height=height, width=width, order=order)


def _moved(step: Step, regions: Sequence[Region | None]) -> Step:
    """The step whose operands are replaced by the parts in `regions`."""
    operands = tuple(
        x if region is None else _part_of(x, region)
        for x, region in zip(step.operands, regions, strict=True)
    )
    return step.of_parts(operands, regions)
