"""Cells: numbers of stored elements or constants, of which moved values are views."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.sums import Accumulation

_FILLS = 257


def fill(value: int) -> int:
    """The cell of a constant: negative for every constant of 8 bits, signed or not."""
    return -(value + _FILLS)


def filled(cells: IntArray) -> IntArray:
    """The constants of negative cells."""
    return -cells - _FILLS


NOTHING = fill(1 << 16)
"""The cell of padding, which adds nothing."""


@dataclass(frozen=True, eq=False)
class View:
    """A value whose elements are stored."""

    name: str
    """Name of the value in the graph."""
    cells: IntArray
    """In the value's shape: the number of a stored element (`Context.locate`), or a `fill`."""


@dataclass(frozen=True, eq=False)
class Pending:
    """Sums that no step makes yet, because the operator that closes them is not lowered."""

    name: str
    cells: IntArray
    """In the value's shape: position * channels + channel of the accumulation."""
    sums: Accumulation


Value = View | Pending


def inverse(cells: IntArray, size: int) -> IntArray:
    """For each number below `size`: its first place in `cells`, or -1."""
    found = np.full(size, -1, np.int64)
    flat = cells.reshape(-1)
    found[flat[::-1]] = np.arange(flat.size)[::-1]
    return found


def repeats(cells: IntArray) -> bool:
    """Whether one of these non-negative cells is there twice."""
    return bool((np.bincount(cells.reshape(-1)) > 1).any())
