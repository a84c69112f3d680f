"""Comparison of floats with the integer reference; elements next to a tie may differ."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tercet.ir.types import FloatArray, IntArray
from tercet_golden.compare import Mismatch

PLAIN = 64
"""The distance from a tie, in steps, for values up to this size. Larger values have fewer digits
behind the point: in float32, 1e-4 in 64 are 26 roundings, and a sum of 126 products was seen to be
off by 7."""


@dataclass(frozen=True)
class Explained:
    """An element that differs because its float before rounding lies next to a tie."""

    layer: str
    vector: int
    element: tuple[int, ...]
    expected: int
    found: int
    distance: float
    """The distance, in steps, from the float to the tie on the side of the expected result."""


@dataclass(frozen=True)
class Judged:
    """The outcome over all compared values."""

    compared: int
    mismatches: int
    """Unexplained differences; one is a failure."""
    first: Mismatch | None
    explained: tuple[Explained, ...]

    @property
    def passed(self) -> bool:
        return self.compared > 0 and self.mismatches == 0


@dataclass
class Tally:
    """The counts of the comparison so far."""

    near: float
    """The distance from a tie, in steps, at which elements may differ; it grows from `PLAIN` on."""
    compared: int = 0
    mismatches: int = 0
    first: Mismatch | None = None
    explained: list[Explained] = field(default_factory=list)

    def count(
        self,
        name: str,
        want: IntArray,
        found: IntArray,
        position: FloatArray,
        vectors: npt.NDArray[np.bool_],
        numbers: IntArray | None = None,
        jump: int = 1,
    ) -> None:
        """Compare a value on these vectors.

        `position`: the floats before rounding, in steps. Results are `jump` apart and cover the
        positions within half of that. `numbers`: those of all given vectors; from 0 without it.
        """
        numbers = np.arange(len(want)) if numbers is None else numbers
        self.compared += want[vectors].size
        differs = want != found
        differs[~vectors] = False
        places, at = np.argwhere(differs), position[differs]
        wanted, other = want[differs], found[differs]
        distance = np.abs(at - wanted) - jump / 2
        near = distance <= self.near * np.maximum(1.0, np.abs(at) / PLAIN)
        self.mismatches += int(np.count_nonzero(~near))
        for i in np.flatnonzero(near):
            where = _where(name, places[i], numbers)
            values = int(wanted[i]), int(other[i])
            self.explained.append(Explained(*where, *values, float(distance[i])))
        for i in np.flatnonzero(~near)[:1]:
            where = _where(name, places[i], numbers)
            self.first = self.first or Mismatch(*where, int(wanted[i]), int(other[i]))

    def judged(self) -> Judged:
        return Judged(self.compared, self.mismatches, self.first, tuple(self.explained))


def _where(name: str, place: IntArray, numbers: IntArray) -> tuple[str, int, tuple[int, ...]]:
    vector, *element = map(int, place)
    return name, int(numbers[vector]), tuple(element)
