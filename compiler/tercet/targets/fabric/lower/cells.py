"""Where the elements of a value lie: a value that only moves others is never computed."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.sums import Accumulation

_FILLS = 257


def fill(value: int) -> int:
    """The cell of a constant; every constant of 8 bits, with a sign or without, is negative."""
    return -(value + _FILLS)


def filled(cells: IntArray) -> IntArray:
    """The constants of cells that are negative."""
    return -cells - _FILLS


NOTHING = fill(1 << 16)
"""A cell that adds nothing: padding."""


@dataclass(frozen=True, eq=False)
class View:
    """A value whose elements are stored."""

    name: str
    """Of the value in the graph."""
    cells: IntArray
    """In the value's shape: an element of all that is stored (`Context.locate`), or a `fill`."""


@dataclass(frozen=True, eq=False)
class Pending:
    """Sums that no step makes yet: it needs to know what closes them."""

    name: str
    cells: IntArray
    """In the value's shape: position * channels + channel of the accumulation."""
    sums: Accumulation


Value = View | Pending


def inverse(cells: IntArray, size: int) -> IntArray:
    """[size]: the first place in `cells` that holds each number; -1 where none does."""
    found = np.full(size, -1, np.int64)
    flat = cells.reshape(-1)
    found[flat[::-1]] = np.arange(flat.size)[::-1]
    return found


def repeats(cells: IntArray) -> bool:
    """Whether one of these, none of them negative, is there twice."""
    return bool((np.bincount(cells.reshape(-1)) > 1).any())
