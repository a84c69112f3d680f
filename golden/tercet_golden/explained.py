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
        jump: int = 1,
    ) -> None:
        """Compare a value on these vectors.

        `position`: where it was before it was rounded; results are `jump` apart, and each is what
        lies within half of that.
        """
        self.compared += want[vectors].size
        for place in map(tuple, np.argwhere(want != found)):
            vector, *element = (int(i) for i in place)
            if not vectors[vector]:
                continue
            values, at = (int(want[place]), int(found[place])), float(position[place])
            distance = abs(at - values[0]) - jump / 2
            if distance <= self.near * max(1.0, abs(at) / PLAIN):
                self.explained.append(Explained(name, vector, tuple(element), *values, distance))
                continue
            self.mismatches += 1
            self.first = self.first or Mismatch(name, vector, tuple(element), *values)

    def judged(self) -> Judged:
        return Judged(self.compared, self.mismatches, self.first, tuple(self.explained))
