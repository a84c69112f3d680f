"""Taps from the elements of sums: positions that are read with all their channels."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.cells import NOTHING, fill
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Taps:
    """The K elements of every sum as T positions and a channel of each."""

    x: Tensor
    positions: IntArray
    """[Q, T]."""
    tap: IntArray
    """[K]; -1 for an element that no sum has."""
    channel: IntArray
    """[K]."""


def taps_of(ctx: Context, cells: IntArray, zero: int) -> Taps | None:
    """The taps of cells [Q, K]; None if they can't be read as taps and need a copy.

    Padding adds nothing only if the zero point of the tensor is `zero`.
    """
    nothing = (cells == NOTHING) | (cells == fill(zero))
    held = ctx.held_by(cells)
    if len(held) != 1 or ((cells < 0) & ~nothing).any():
        return None
    (x,) = held
    if x.zero_point != zero and nothing.any():
        return None
    inside = np.where(nothing, -1, cells - ctx.base(x))
    position = np.where(nothing, -1, inside // x.channels)
    channel = np.where(nothing, -1, inside % x.channels)
    of_each = channel.max(axis=0)
    if (~nothing & (channel != of_each)).any():
        return None
    tap, picked = _grouped(position, of_each)
    return Taps(x, position[:, picked], tap, of_each)


def _grouped(position: IntArray, channel: IntArray) -> tuple[IntArray, IntArray]:
    """The tap of every element [K], and for every tap an element [T] with its positions.

    Elements of the same positions share a tap, unless they have the same channel too.
    """
    columns = np.ascontiguousarray(position.T.astype(np.int32))
    taken: dict[tuple[bytes, int], int] = {}
    known: dict[tuple[bytes, int], int] = {}
    tap, picked = np.full(len(columns), -1, np.int64), list[int]()
    for k, (column, c) in enumerate(zip(columns, channel.tolist(), strict=True)):
        if c < 0:
            continue
        key = column.tobytes()
        again = taken.get((key, c), 0)
        taken[key, c] = again + 1
        if (key, again) not in known:
            known[key, again] = len(picked)
            picked.append(k)
        tap[k] = known[key, again]
    return tap, np.array(picked, np.int64)


def weights_of(taps: Taps, weights: IntArray) -> IntArray:
    """[T, N, C] of weights [N, K]."""
    found = np.zeros((taps.positions.shape[1], len(weights), taps.x.channels), np.int64)
    some = taps.tap >= 0
    found[taps.tap[some], :, taps.channel[some]] = weights[:, some].T
    return found


def grouped(weights: IntArray, groups: int) -> tuple[IntArray, int]:
    """Weights [T, N, C / groups] if those outside the groups are zero; else all, as one group."""
    taps, n, c = weights.shape
    if groups == 1 or n % groups or c % groups:
        return weights, 1
    blocks = weights.reshape(taps, groups, n // groups, groups, c // groups)
    own = np.arange(groups)
    inner = blocks[:, own, :, own]  # [groups, T, N / groups, C / groups]
    if np.count_nonzero(inner) != np.count_nonzero(weights):
        return weights, 1
    return np.moveaxis(inner, 0, 1).reshape(taps, n, c // groups), groups
