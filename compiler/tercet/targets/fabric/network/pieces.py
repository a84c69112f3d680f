"""A step in pieces: each makes some rows of the result, from what it reads of the operands.

A piece of whole rows reads whole rows; one of a part of a row reads a rectangle.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Region, Tensor


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows of a step, and where what it reads and makes stands in the whole tensors."""

    step: Step
    reads: tuple[Region | None, ...]
    """Of each operand; None: the whole operand, which lies in bank B."""
    makes: Region
    key: Hashable
    """The same for pieces of a step that are alike but for where they begin."""


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
        for region, moved in zip(piece.regions(narrow=narrow), brought, strict=True)
    ]
    if any(brought):
        piece = _moved(piece, regions)
    alone = None if all(brought) else rows.start  # it reads what others read elsewhere
    return Piece(piece, tuple(regions), Region(rows.start, len(rows)), (_key(piece), alone))


def _key(piece: Step) -> Hashable:
    """What tells pieces of a step apart, but for the tensors' elements."""
    sizes = tuple((x.height, x.width) for x in (*piece.operands, piece.result))
    return sizes, piece.geometry


def _cut(step: Step, rows: range) -> Step:
    """The step for some rows of the result alone; its operands are still whole."""
    return step.of_rows(rows, _part_of(step.result, Region(rows.start, len(rows))))


def _part_of(tensor: Tensor, region: Region) -> Tensor:
    """Positions of a tensor as one of its own: an image of whole rows, or of a rectangle."""
    order, height, width = tensor.order[region.positions], region.rows, region.width
    whole = tensor.height > 1 and width % tensor.width == 0 and region.first % tensor.width == 0
    if height == 1 and whole:
        height, width = width // tensor.width, tensor.width
    return replace(tensor, height=height, width=width, order=order)


def _moved(step: Step, regions: Sequence[Region | None]) -> Step:
    """The step with parts of its operands, where regions say of what."""
    operands = tuple(
        x if region is None else _part_of(x, region)
        for x, region in zip(step.operands, regions, strict=True)
    )
    return step.of_parts(operands, regions)
