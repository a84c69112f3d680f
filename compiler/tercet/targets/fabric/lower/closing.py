"""Steps that close sums: one step for all positions with the same constants."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.cells import Pending, inverse
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.layout import Layout
from tercet.targets.fabric.lower.sums import Accumulation, Close, SumClosing
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Closing:
    """How an operator closes sums."""

    make: Callable[[IntArray, int], tuple[SumClosing, IntArray]]
    """From the channels' rows of constants [n], or [1] for all, and the factor between the step's
    sums and the graph's: the closing, and the signs [n] that turn the sums."""
    row: IntArray
    """[elements of the value]: the row of constants of each."""
    factor_inside: bool = True
    """Whether the closing applies the factor; else the weights do."""


def closed(
    ctx: Context,
    layer: str,
    pending: Pending,
    closing: Closing,
    result: Callable[[Layout], Tensor],
) -> Tensor:
    """Add the steps that close `pending`, and return their result."""
    sums, rows, order = _used(layer, pending, closing.row)
    tensor = result(Layout(*sums.size, order))
    keys = np.column_stack([rows, sums.factors])
    classes, of_each = _classes(keys)
    for i, key in enumerate(classes):
        row, factor = key[:-1], int(key[-1])
        each = row[:1] if (row == row[0]).all() else row
        made, signs = closing.make(each, factor if closing.factor_inside else 1)
        close = Close(
            made,
            None if len(classes) == 1 else np.flatnonzero(of_each == i),
            np.broadcast_to(signs, row.shape),
            1 if closing.factor_inside else factor,
            factor if closing.factor_inside else 1,
        )
        ctx.steps.append(sums.step(ctx.step_name(sums.layer), close, tensor))
    return tensor


def _classes(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct rows, and the number of its row for each of `keys`."""
    if (keys == keys[0]).all():
        return keys[:1], np.zeros(len(keys), np.int64)
    found, of_each = np.unique(keys, axis=0, return_inverse=True)
    return found, of_each.reshape(-1)


def _used(layer: str, pending: Pending, row: IntArray) -> tuple[Accumulation, IntArray, IntArray]:
    """The sums that the value uses, their rows of constants and their order [Q, N]."""
    sums, flat = pending.sums, pending.cells.reshape(-1)
    grid = (len(sums.factors), sums.channels)
    rows = np.full(grid[0] * grid[1], -1, np.int64)
    rows[flat] = row
    if (rows[flat] != row).any():
        raise UnsupportedError(
            f"its quantizer has different channels for copies of one sum of {pending.name}"
            ", the fabric quantizes a sum once",
            layer=layer,
            way_out="repeat the values behind the quantizer",
        )
    rows, order = rows.reshape(grid), inverse(flat, rows.size).reshape(grid)
    positions, channels = (np.flatnonzero((rows >= 0).any(axis)) for axis in (1, 0))
    part = sums.part(positions, channels)
    if part is not None:
        inside = np.ix_(positions, channels)
        sums, rows, order = part, rows[inside], order[inside]
    free = np.broadcast_to(np.maximum(rows.max(0), 0), rows.shape)  # unused sums take any row
    return sums, np.where(rows < 0, free, rows), order
