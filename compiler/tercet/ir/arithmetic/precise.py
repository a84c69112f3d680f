"""Irrational functions of rationals, to 300 bits: far more than deciding a tie needs."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Any, TypeAlias

import mpmath

Precise: TypeAlias = Callable[..., Fraction]
BITS = 300


def precise(function: Callable[..., Any]) -> Precise:
    """A function of rationals, from a function of mpmath's numbers."""

    @lru_cache(maxsize=65536)
    @wraps(function)
    def on_rationals(*arguments: Fraction) -> Fraction:
        with mpmath.workprec(BITS):
            found = function(*(mpmath.mpf(a.numerator) / a.denominator for a in arguments))
            return fraction(found)

    return on_rationals


def fraction(value: Any) -> Fraction:
    """The exact value of one of mpmath's numbers."""
    sign, mantissa, exponent, _ = value._mpf_
    whole = Fraction(-int(mantissa) if sign else int(mantissa))
    return whole * Fraction(2) ** int(exponent)


@lru_cache(maxsize=64)
def turn(function: Callable[..., Any], near: float) -> Fraction:
    """The zero, next to `near`, of the derivative of a function of mpmath's numbers."""
    with mpmath.workprec(BITS):
        return fraction(mpmath.findroot(lambda x: mpmath.diff(function, x), near))
