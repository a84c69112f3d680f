"""Tensors of positions and channels, and regions of their positions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tercet.ir.types import Int, IntArray


@dataclass(frozen=True, eq=False)
class Tensor:
    """A quantized value of positions x channels, with elements of up to 8 bits."""

    name: str
    """Name of the value, as in `value_names`."""
    height: int
    width: int
    """Positions are height x width, row-major; 1 x 1 for a vector of channels."""
    channels: int
    element: Int
    zero_point: int
    order: IntArray
    """[positions, channels]: index of each element in the flattened value of the graph."""

    @property
    def positions(self) -> int:
        return self.height * self.width


@dataclass(frozen=True)
class Region:
    """Positions of a tensor: `rows` of `width` positions, the first at `first`, `pitch` apart."""

    first: int
    width: int
    rows: int = 1
    pitch: int = 0

    @property
    def positions(self) -> IntArray:
        """[rows * width]."""
        found = self.first + np.arange(self.rows)[:, None] * self.pitch + np.arange(self.width)
        return np.asarray(found.reshape(-1), np.int64)

    def places(self, positions: IntArray) -> IntArray:
        """Index in the region of positions of the tensor; -1 stays -1."""
        moved = positions - self.first
        if self.rows > 1:
            moved = moved // self.pitch * self.width + moved % self.pitch
        return np.where(positions >= 0, moved, -1)

    def runs(self, begin: int, behind: int) -> Iterator[tuple[int, int, int]]:
        """Places from `begin` to before `behind`, as runs: first place, first position, count."""
        at = begin
        while at < behind:
            row, column = divmod(at, self.width)
            count = min(behind - at, self.width - column)
            yield at, self.first + row * self.pitch + column, count
            at += count
