"""The one rounding of the project, and the operators around it, against plain arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.errors import VerifyError
from tercet.ir.families.quantized import Result
from tercet.ir.families.rescaled import rne
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import verified
from tercet.ir.types import SI8, SI32, SI64, UI8, dense, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold

ONES = np.ones((2, 3), np.int64)


@given(value=st.integers(-(2**62 + 2**55), 2**62 + 2**55), shift=st.integers(0, 50))
def test_rne_is_the_rational_rounded_half_to_even(value: int, shift: int) -> None:
    got = rne(np.array([value]), np.array([shift]))
    assert int(got[0]) == round(Fraction(value, 1 << shift))


BYTE = Interval(0, 255)


def requantize(mul: int, add: int, shift: int, clip: Interval = BYTE) -> Requantize:
    """One channel, inside a module that verifies."""
    m, b, s = (np.array([constant]) for constant in (mul, add, shift))
    module = build(
        [tensor((1, 1), SI32)], lambda acc: [Requantize(acc, m, b, s, clip, Result(UI8, "fc"))]
    )
    (op,) = (o for o in module.walk() if isinstance(o, Requantize))
    return op


def test_the_widest_constants_do_not_overflow() -> None:
    acc = np.array([[2**31 - 1], [-(2**31)]])
    op = requantize(2**31 - 1, 2**55 - 1, 50)
    want = [round(Fraction((2**31 - 1) * int(a) + 2**55 - 1, 1 << 50)) for a in acc[:, 0]]
    assert op.reference(acc)[:, 0].tolist() == np.clip(want, 0, 255).tolist()


@pytest.mark.parametrize(
    ("mul", "add", "shift", "message"),
    [
        (-(1 << 31), 0, 0, "a multiplier has more than 31 bits"),
        (0, 1 << 55, 0, "an addend has more than 55 bits"),
        (0, 0, 51, "a shift is not 0 to 50"),
        (0, 0, -1, "a shift is not 0 to 50"),
    ],
)
def test_constants_that_could_leave_64_bits_do_not_verify(
    mul: int, add: int, shift: int, message: str
) -> None:
    with pytest.raises(VerifyError, match=f"fc: tercet.requantize: {message}"):
        requantize(mul, add, shift)


def test_a_clip_outside_the_result_type_does_not_verify() -> None:
    with pytest.raises(VerifyError, match="is not in"):
        requantize(1, 0, 0, Interval(-1, 255))


def test_thresholds_must_ascend() -> None:
    with pytest.raises(VerifyError, match="thresholds must ascend"):
        build(
            [tensor((1, 1), SI32)],
            lambda acc: [Threshold(acc, np.array([[3, 2]]), 0, Result(UI8, "fc"))],
        )


def test_a_weight_of_the_wrong_shape_does_not_verify() -> None:
    module = build([tensor((1, 3), UI8)], lambda x: [Linear(x, ONES, layer="fc")])
    (op,) = (o for o in module.walk() if isinstance(o, Linear))
    op.properties["weight"] = dense(np.ones((2, 4)), SI8)
    with pytest.raises(VerifyError, match=r"fc: tercet\.linear: x has shape"):
        verified(module)


def test_a_constant_that_does_not_fit_its_type_is_our_bug() -> None:
    with pytest.raises(AssertionError):
        dense(np.array([200]), SI8)
    assert dense(np.array([-(2**62)]), SI64).get_shape() == (1,)
