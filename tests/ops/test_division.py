"""Roots and divisions of integers against plain arithmetic."""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.ir.arithmetic.division import nearest, quotient
from tercet.ir.arithmetic.roots import normalized, root


@given(st.integers(1, 2**62 - 1))
def test_the_root_is_that_of_the_integer_to_the_last_bit(value: int) -> None:
    factor, square = (int(found[0]) for found in normalized(np.array([value])))
    assert square == value * factor * factor
    assert 2**60 <= square < 2**62
    assert int(root(np.array([square]))[0]) == isqrt(square << 30)


@pytest.mark.parametrize("high", [2**30, 2**31 - 1, 2**30 + 12345])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_root_is_right_on_both_sides_of_a_square(high: int, off: int) -> None:
    square = max(2**60, high * high + off)
    assert int(root(np.array([square]))[0]) == isqrt(square << 30)


@given(st.integers(-(2**61), 2**61), st.integers(1, 2**62))
def test_the_nearest_is_the_rational_rounded_half_to_even(top: int, bottom: int) -> None:
    assert int(nearest(np.array([top]), np.array([bottom]))[0]) == round(Fraction(top, bottom))


@given(st.integers(-(2**54), 2**54), st.integers(-(2**23), 2**23), st.integers(2**45, 2**46 - 1))
def test_the_quotient_has_every_digit(factor: int, value: int, bottom: int) -> None:
    found = quotient(np.array([factor]), np.array([value]), np.array([bottom]))
    assert int(found[0]) == int(Fraction(factor * value * 2**16, bottom))
