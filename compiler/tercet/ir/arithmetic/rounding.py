"""Ways to round a real to an integer, each one in float64 and in rationals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from tercet.ir.types import FloatArray


@dataclass(frozen=True)
class Rounding:
    """A non-decreasing function from reals to integers."""

    reference: Callable[[FloatArray], FloatArray]
    exact: Callable[[Fraction], int]
    edge: Fraction
    """The distance of a jump above the integer below it."""
    jump: int = 1
    """The distance from one result to the next."""

    def distance(self, position: FloatArray) -> FloatArray:
        """Distance from the nearest jump. With two results ("sign") there is a single jump."""
        beyond = position - float(self.edge)
        if self.jump > 1:
            return np.abs(beyond)
        return np.abs(beyond - np.rint(beyond))

    def centred(self, position: FloatArray) -> FloatArray:
        """The position, moved so that each jump lies half way between two results.

        A floor jumps from 2 to 3 at 3.0, which becomes 2.5; a ceiling at 2.0, which becomes 2.5.
        """
        if self.edge != WHOLE or self.jump > 1:
            return position
        result = self.reference(position)
        rising = self.reference(np.nextafter(position, np.inf)) > result
        up = (result > position) | ((result == position) & rising)
        return position + np.where(up, 0.5, -0.5)


HALF, WHOLE = Fraction(1, 2), Fraction(0)


def _half_away(x: Fraction) -> int:
    return floor(x + HALF) if x >= 0 else ceil(x - HALF)


def _half_to_zero(x: Fraction) -> int:
    return ceil(x - HALF) if x >= 0 else floor(x + HALF)


def _away(x: Fraction) -> int:
    return ceil(x) if x >= 0 else floor(x)


ROUNDINGS: Mapping[str, Rounding] = {
    "half_even": Rounding(np.rint, round, HALF),
    "half_up": Rounding(lambda x: np.floor(x + 0.5), lambda x: floor(x + HALF), HALF),
    "half_down": Rounding(lambda x: np.ceil(x - 0.5), lambda x: ceil(x - HALF), HALF),
    "half_away": Rounding(lambda x: np.copysign(np.floor(np.abs(x) + 0.5), x), _half_away, HALF),
    "half_to_zero": Rounding(
        lambda x: np.copysign(np.ceil(np.abs(x) - 0.5), x), _half_to_zero, HALF
    ),
    "floor": Rounding(np.floor, floor, WHOLE),
    "ceil": Rounding(np.ceil, ceil, WHOLE),
    "away": Rounding(lambda x: np.copysign(np.ceil(np.abs(x)), x), _away, WHOLE),
    "to_zero": Rounding(np.trunc, int, WHOLE),
    "sign": Rounding(
        lambda x: np.where(x >= 0, 1.0, -1.0), lambda x: 1 if x >= 0 else -1, WHOLE, jump=2
    ),
}
"""Roundings by the name in `real.quantize`. "sign" is for binary activations: 0 is positive."""
