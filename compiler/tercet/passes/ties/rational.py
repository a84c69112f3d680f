"""The simplest fraction that a ratio of float32 numbers was rounded from, if there is one."""

import numpy as np

from tercet.ir.types import FloatArray, IntArray

ROUNDING = 2.0**-24
"""What one rounding to float32 changes at most, relative."""
SIMPLE = 1 << 14
"""Numerator times denominator, at most: a ratio of two random floats is as near to one such
fraction with a probability of one in a thousand for each rounding."""
POWERS = 16
"""Powers of two are denominators up to 2 to the power of this, whatever the numerator."""


def _denominators() -> list[int]:
    small = range(1, int(SIMPLE**0.5) + 1)
    return sorted({*small, *(1 << k for k in range(POWERS + 1))})


DENOMINATORS = _denominators()


def simplest(ratios: FloatArray, roundings: int) -> IntArray:
    """For each ratio [N] the least denominator of such a fraction, or 0.

    A fraction p/q is one if the ratio is p/q times 1 + e, with |e| at most `roundings` times 2^-24.
    """
    found = np.zeros(ratios.shape, np.int64)
    for q in DENOMINATORS:
        p = np.rint(ratios * q)
        near = np.abs(ratios * q - p) <= roundings * ROUNDING * np.abs(p)
        plain = (q & (q - 1) == 0) | (np.abs(p) * q <= SIMPLE)
        found = np.where((found == 0) & (p != 0) & near & plain, q, found)
    return found
