"""The simplest fraction within the rounding error of a ratio of float32 numbers."""

import numpy as np

from tercet.ir.types import FloatArray, IntArray

ROUNDING = 2.0**-24
"""The greatest relative change by one rounding to float32."""
SIMPLE = 1 << 14
"""The greatest product of numerator and denominator. A ratio of two random floats lies this near
to such a fraction with a probability of one in a thousand for each rounding."""
POWERS = 16
"""A power of two up to this exponent is a denominator for any numerator."""


def _denominators() -> list[int]:
    small = range(1, int(SIMPLE**0.5) + 1)
    return sorted({*small, *(1 << k for k in range(POWERS + 1))})


DENOMINATORS = _denominators()


def simplest(ratios: FloatArray, roundings: int) -> IntArray:
    """The least denominator of a simple fraction for each ratio [N], 0 if there is none.

    A fraction p/q fits if the ratio is p/q times 1 + e, with |e| at most `roundings` times 2^-24.
    """
    found = np.zeros(ratios.shape, np.int64)
    for q in DENOMINATORS:
        p = np.rint(ratios * q)
        near = np.abs(ratios * q - p) <= roundings * ROUNDING * np.abs(p)
        plain = (q & (q - 1) == 0) | (np.abs(p) * q <= SIMPLE)
        found = np.where((found == 0) & (p != 0) & near & plain, q, found)
    return found
