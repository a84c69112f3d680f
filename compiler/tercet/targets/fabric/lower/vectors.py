"""Vector steps from any arrangement of elements, as few as its rows and columns allow."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.cells import NOTHING
from tercet.targets.fabric.lower.context import Context, Places
from tercet.targets.fabric.steps.closings import Greatest, Lookup, Rescale, Thresholds
from tercet.targets.fabric.steps.vector import Vector
from tercet.targets.fabric.tiles.tensor import Tensor

VectorClosing = Rescale | Thresholds | Lookup | Greatest


@dataclass(frozen=True)
class Part:
    """The properties that all results of one vector step share."""

    row: IntArray
    """[n]: the row of constants of each channel."""
    zeros: tuple[int, ...]
    """The zero point of each item; for an item that is a constant, the constant itself."""
    kinds: tuple[int, ...]
    """The cell of each item that is a constant; 0 for a stored item."""


@dataclass(frozen=True, eq=False)
class Items:
    """The items of each element of the result."""

    cells: IntArray
    """[Q, N, I]."""
    row: IntArray
    """[Q, N]: the row of constants of each."""


def emit(
    ctx: Context,
    name: str,
    items: Items,
    result: Tensor,
    closing: Callable[[Part], VectorClosing],
    product: bool = False,
) -> None:
    """Add the vector steps that write `result`."""
    places = ctx.locate(items.cells)
    zeros = np.array([tensor.zero_point for tensor in ctx.tensors] + [0])[places.tensor]
    kinds = np.where(items.cells == NOTHING, 0, np.minimum(items.cells, 0))
    if (items.cells == NOTHING).any():
        (zero,) = {tensor.zero_point for tensor in ctx.held_by(items.cells)}
        zeros = np.where(items.cells == NOTHING, zero, zeros)
    columns = _classes(
        [
            _key(places.position[:, n], places.tensor[:, n], kinds[:, n])
            for n in range(items.cells.shape[1])
        ]
    )
    for some in (run for found in columns for run in _even(found)):
        rows = _classes(
            [
                _key(items.row[q, some], zeros[q, some[0]], kinds[q, some[0]])
                for q in range(len(items.cells))
            ]
        )
        for these in rows:
            first, column = these[0], some[0]
            part = Part(
                items.row[first, some],
                tuple(zeros[first, column].tolist()),
                tuple(kinds[first, column].tolist()),
            )
            operands, picked, channels = _operands(ctx, places, these, some)
            ctx.steps.append(
                Vector(
                    name=ctx.step_name(name),
                    operands=operands,
                    items=picked,
                    channels=channels,
                    closing=closing(part),
                    product=product,
                    result=result,
                    rows=None if len(these) == result.positions else these,
                    columns=None if len(some) == result.channels else some,
                )
            )


def rows_of(part: Part) -> IntArray:
    """The rows of constants of a step: one if all channels have the same."""
    return part.row[:1] if (part.row == part.row[0]).all() else part.row


def _key(*arrays: IntArray) -> Hashable:
    return tuple(np.ascontiguousarray(array).tobytes() for array in arrays)


def _classes(keys: list[Hashable]) -> list[IntArray]:
    """The indices of equal keys."""
    found: dict[Hashable, list[int]] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, []).append(i)
    return [np.array(some) for some in found.values()]


def _even(columns: IntArray) -> list[IntArray]:
    """Columns in groups of evenly spaced channels, each of which one step can write."""
    steps = np.diff(columns)
    if len(set(steps.tolist())) <= 1:
        return [columns]
    return np.split(columns, np.flatnonzero(steps != 1) + 1)


def _operands(
    ctx: Context, places: Places, rows: IntArray, columns: IntArray
) -> tuple[tuple[Tensor, ...], IntArray, IntArray]:
    """The operands of a step, its items [rows, I, 2] and its channels [operands, columns].

    A tensor whose channels are read in two ways is two operands.
    """
    count = places.tensor.shape[2]
    items = np.empty((len(rows), count, 2), np.int64)
    known: dict[Hashable, int] = {}
    channels: list[IntArray] = []
    tensors: list[int] = []
    for at, q in enumerate(rows.tolist()):
        for i in range(count):
            which, read = int(places.tensor[q, columns[0], i]), places.channel[q, columns, i]
            if which < 0:
                items[at, i] = 0, -1
                continue
            key = (which, read.tobytes())
            if key not in known:
                known[key] = len(known)
                tensors.append(which)
                channels.append(read)
            items[at, i] = known[key], places.position[q, columns[0], i]
    if not tensors:  # constants alone: a step needs an operand, but reads nothing of it
        tensors.append(0)
        channels.append(np.zeros(len(columns), np.int64))
    return tuple(ctx.tensors[i] for i in tensors), items, np.stack(channels)
