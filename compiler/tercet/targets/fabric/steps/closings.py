"""Closings: how the sums of a step, or its items, become results."""

from dataclasses import dataclass, replace
from typing import Self

from tercet.ir.types import IntArray


def _rows(found: IntArray, order: IntArray) -> IntArray:
    """The rows of the channels in `order`; a single row for all channels stays."""
    return found[order] if len(found) > 1 else found


@dataclass(frozen=True, eq=False)
class Rescale:
    """y = clip(rne(sum over items of mul * x + add, shift), low, high); rows N, or 1 for all."""

    mul: IntArray
    """[N or 1, items]; a MAC has one item, its sum."""
    add: IntArray
    """[N or 1]."""
    shift: IntArray
    low: int
    high: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest result."""
        return self.low, self.high

    def reordered(self, order: IntArray) -> Self:
        """The closing of the channels in another order [N]."""
        mul, add, shift = (_rows(each, order) for each in (self.mul, self.add, self.shift))
        return replace(self, mul=mul, add=add, shift=shift)


@dataclass(frozen=True, eq=False)
class Thresholds:
    """y = low + how many of the row's steps the sum (or the one item) reaches."""

    steps: IntArray
    """[N or 1, E], ascending."""
    low: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest result."""
        return self.low, self.low + self.steps.shape[1]

    def reordered(self, order: IntArray) -> Self:
        """The closing of the channels in another order [N]."""
        return replace(self, steps=_rows(self.steps, order))


@dataclass(frozen=True, eq=False)
class Lookup:
    """y = table[x - first], x the one item with its zero point."""

    table: IntArray
    """[N or 1, entries]."""
    first: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest result."""
        return int(self.table.min()), int(self.table.max())

    def reordered(self, order: IntArray) -> Self:
        """The closing of the channels in another order [N]."""
        return replace(self, table=_rows(self.table, order))


@dataclass(frozen=True)
class Greatest:
    """y is the greatest item, on the grid of the items. With one item: a copy."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Unknown: whatever is read."""
        return 0, 0

    def reordered(self, order: IntArray) -> Self:
        """Itself: channels are alike."""
        return self


@dataclass(frozen=True)
class Sums:
    """The sums themselves, in 32 bits: only for a result that leaves the fabric."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Unknown: whatever is read."""
        return 0, 0

    def reordered(self, order: IntArray) -> Self:
        """Itself: channels are alike."""
        return self


Closing = Rescale | Thresholds | Lookup | Greatest | Sums
