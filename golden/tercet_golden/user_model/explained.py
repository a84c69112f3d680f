"""Floats against the integer reference: an element may differ next to a tie."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tercet.ir.types import FloatArray, IntArray
from tercet_golden.compare import Mismatch

PLAIN = 64
"""Steps. Of larger values a float has fewer digits behind the point: in float32, 1e-4 in 64 are 26
roundings, and a sum of 126 products was seen to be off by 7."""


@dataclass(frozen=True)
class Explained:
    """An element that differs because the float before it was rounded lies next to a tie."""

    layer: str
    vector: int
    element: tuple[int, ...]
    expected: int
    found: int
    distance: float
    """From where it is rounded to what was expected, in steps."""


@dataclass(frozen=True)
class Judged:
    """Over all values that were compared."""

    compared: int
    mismatches: int
    """Differences without an explanation: any is a failure."""
    first: Mismatch | None
    explained: tuple[Explained, ...]

    @property
    def passed(self) -> bool:
        return self.compared > 0 and self.mismatches == 0


@dataclass
class Tally:
    """What was compared so far."""

    near: float
    """How near to a tie, in steps, a float may go the other way: in proportion beyond `PLAIN`."""
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

        `position`: where it was before it was rounded; results are `jump` apart, and each is what
        lies within half of that. `numbers`: of all vectors that are given, chosen or not; they
        count from 0 without it.
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
