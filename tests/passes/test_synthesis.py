"""Requantization by synthesis: exact for every accumulator, or honestly not found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import FloatArray, Int, IntArray, signed, tensor, unsigned
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.regions.region import Region, region_of
from tercet.passes.synthesis import rescale as synthesis
from tercet.passes.synthesis.implied_bounds import needed
from tercet.passes.synthesis.rescale import Triples, solve, synthesize
from tercet.passes.synthesis.step_function import Steps, find

ELEMENTS = [unsigned(8), signed(8), unsigned(4), signed(2), unsigned(1)]


def function(
    slope: FloatArray, offset: FloatArray, element: Int, zero: int = 0, rectify: bool = False
) -> Region:
    """Step 1: y = quantize(relu?(slope * acc + offset))."""
    channels, found = len(slope), list[Region]()

    def body(acc):  # type: ignore[no-untyped-def]
        start = Dequantize(acc, np.ones(()), layer="f")
        line = Affine(start.x, slope, offset, layer="f")
        chain = [line, Relu(line.y, layer="f")] if rectify else [line]
        end = Quantize(chain[-1].y, np.ones(()), zero, Interval.of(element), element, layer="f")
        found.append(region_of(end))
        return [start, *chain, end]

    build([tensor((1, channels), signed(32))], body)
    return found[0]


def by_hand(triples: Triples, acc: IntArray, clip: Interval) -> IntArray:
    """The operator in Python's own integers, channel by channel."""
    rows = []
    constants = zip(triples.mul, triples.add, triples.shift, strict=True)
    for column, (m, b, s) in zip(acc.T, constants, strict=True):
        row = []
        for a in column:
            quotient, remainder = divmod(int(m) * int(a) + int(b), 1 << int(s))
            twice = 2 * remainder - (1 << int(s))
            row.append(quotient + (twice > 0 or (twice == 0 and quotient % 2 == 1)))
        rows.append(np.clip(row, clip.low, clip.high))
    return np.stack(rows, 1)


def steps_by_hand(steps: Steps, acc: IntArray) -> IntArray:
    u = acc * steps.sign
    reached: IntArray = (u[..., None] >= steps.at).sum(-1)
    return steps.first + reached


@settings(max_examples=60, deadline=None)
@given(
    slopes=st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=4),
    offset=st.floats(-40, 40, width=32),
    element=st.sampled_from(ELEMENTS),
    zero=st.integers(-3, 3),
    rectify=st.booleans(),
    low=st.integers(-700, 10),
    size=st.integers(0, 900),
)
def test_every_accumulator_of_a_small_range_is_exact(
    slopes: list[float],
    offset: float,
    element: Int,
    zero: int,
    rectify: bool,
    low: int,
    size: int,
) -> None:
    f = function(np.array(slopes), np.full(len(slopes), offset), element, zero, rectify)
    every = np.tile(np.arange(low, low + size + 1)[:, None], (1, len(slopes)))
    want = np.array([[f.exact([int(a)], n) for n, a in enumerate(row)] for row in every])

    steps = find(f, every[0], every[-1])
    triples = synthesize(steps, Interval.of(element))

    np.testing.assert_array_equal(f(every), want)
    np.testing.assert_array_equal(steps_by_hand(steps, every), want)
    assert triples.found.all()
    np.testing.assert_array_equal(by_hand(triples, every, triples.clip), want)


@settings(max_examples=30, deadline=None)
@given(
    exponent=st.floats(-16, -2),
    sign=st.sampled_from([-1, 1]),
    offset=st.floats(-50, 50, width=32),
    bits=st.integers(10, 24),
)
def test_long_ranges_are_exact_next_to_every_step(
    exponent: float, sign: int, offset: float, bits: int
) -> None:
    """A multiplier of 31 bits is always found; one of 24 bits only up to 18."""
    f = function(np.array([sign * 2.0**exponent]), np.array([offset]), unsigned(8))
    low, high = np.array([-(2 ** (bits - 1))]), np.array([2 ** (bits - 1) - 1])
    steps = find(f, low, high)
    triples = solve(steps, Interval(0, 255))
    assert triples.found.all()
    assert bits > 18 or (abs(triples.mul) < 1 << 24).all()
    near = np.unique(np.concatenate([steps.at[0], steps.at[0] - 1, steps.low, steps.high]))
    near = near[(near >= steps.low[0]) & (near <= steps.high[0])]
    acc = (near * steps.sign[0])[:, None]
    want = np.array([[f.exact([int(a)], 0)] for a in acc[:, 0]])
    np.testing.assert_array_equal(by_hand(triples, acc, Interval(0, 255)), want)


def test_the_smallest_shift_is_found() -> None:
    """The function acc / 4 needs two bits, and no multiplier but 1."""
    f = function(np.array([0.25]), np.zeros(1), unsigned(8))
    triples = solve(find(f, np.array([0]), np.array([1000])), Interval(0, 255))
    assert (triples.mul[0], triples.shift[0]) == (1, 2)


def test_half_way_goes_to_the_even_neighbour() -> None:
    f = function(np.array([0.5]), np.zeros(1), unsigned(8))
    steps = find(f, np.array([0]), np.array([9]))
    acc = np.arange(10)[:, None]
    np.testing.assert_array_equal(f(acc)[:, 0], [0, 0, 1, 2, 2, 2, 3, 4, 4, 4])
    triples = solve(steps, Interval(0, 255))
    np.testing.assert_array_equal(by_hand(triples, acc, Interval(0, 255)), f(acc))


def test_a_falling_function_gets_a_negative_multiplier() -> None:
    f = function(np.array([-0.3]), np.array([100.0]), unsigned(8))
    triples = solve(find(f, np.array([-500]), np.array([500])), Interval(0, 255))
    assert triples.mul[0] < 0


def test_a_constant_function_needs_no_multiplier() -> None:
    f = function(np.array([0.0, 1e-9]), np.array([7.0, -3.0]), signed(8))
    triples = solve(find(f, np.full(2, -(2**20)), np.full(2, 2**20)), Interval(-128, 127))
    assert triples.mul.tolist() == [0, 0]
    assert triples.add.tolist() == [7, -3]


def test_uneven_steps_have_no_triple() -> None:
    """Steps of width 1 and 5 in turn are no rounded line: never an approximation."""
    at = np.cumsum(np.tile([1, 5], 8))[None]
    one = np.array([1])
    steps = Steps(np.array([0]), np.array([at.max() + 3]), one, np.array([0]), at)
    assert not solve(steps, Interval(0, 255)).found.any()


def test_near_ties_are_decided_by_the_exact_parameters() -> None:
    """0.1 in float64 is above one tenth: five times it is above the tie only in exact terms."""
    f = function(np.array([0.1, -0.1]), np.array([0.0, 1.0]), unsigned(8))
    acc = np.arange(-20, 40)[:, None].repeat(2, 1)
    want = [[f.exact([int(a)], n) for n, a in enumerate(row)] for row in acc]
    np.testing.assert_array_equal(f(acc), want)
    assert f.exact([5], 0) == 1


@pytest.mark.parametrize("rectify", [False, True], ids=["line", "relu"])
@pytest.mark.parametrize("bits", [9, 16])
def test_bounds_that_others_imply_change_nothing(
    bits: int, rectify: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same multipliers, addends and shifts as of every bound."""
    element, slopes = unsigned(bits), np.array([0.0371, -0.21, 0.5, 1.7, 3.0])
    f = function(slopes, np.array([0.3, 250.0, 0.0, -9.6, 0.5]), element, 3, rectify)
    steps = find(f, np.full(5, -700), np.full(5, 700))
    monkeypatch.setattr(synthesis, "MANY", 1 << 30)
    every = synthesize(steps, Interval.of(element))
    monkeypatch.setattr(synthesis, "MANY", 0)
    some = synthesize(steps, Interval.of(element))
    assert every.found.any()
    for name in ("mul", "add", "shift", "found"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name))


def test_few_bounds_of_many_are_needed() -> None:
    """Of a line's 5,000 steps; where three points bend, the middle one stays."""
    level = np.arange(5000)[None, :]
    point, used = level * 37 // 5, np.ones((1, 5000), np.bool_)
    assert needed(point, level, used, 1).sum() < 100
    bent, rising = np.array([[0, 4, 8, 0]]), np.array([[0, 4, 6, 0]])
    kept = [needed(bent, rising, used[:, :4], side)[0, 1] for side in (1, -1)]
    assert kept == [True, False]
