"""Normalizations and softmax: against PyTorch in float64, and against rationals near every tie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from tercet.errors import UnsupportedError
from tercet.ir.division import nearest, quotient
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.norm_constants import Norm, NormConstants
from tercet.ir.normal import Grid, NormOp
from tercet.ir.normalized import NormalizedOp
from tercet.ir.op import IntegerOp, verified
from tercet.ir.real import root as exact_root
from tercet.ir.roots import normalized, root
from tercet.ir.types import SI8, SI32, UI8, FloatArray, Int, IntArray, floats_of, number, tensor
from tercet.ops.layer_norm import LayerNorm
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.group_norm import RealGroupNorm
from tercet.ops.real.layer_norm import RealLayerNorm
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.rms_norm import RealRmsNorm
from tercet.ops.real.softmax import RealSoftmax
from tercet.ops.rms_norm import RmsNorm
from tercet.ops.softmax import EXP, Softmax

BYTE, UNSIGNED = Interval(-128, 127), Interval(0, 255)
NEAR = 1e-9
"""Distance from a tie, in steps, at which PyTorch's float64 may round the other way."""

# --- arithmetic


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


# --- against PyTorch


@dataclass(frozen=True)
class Case:
    """A real operator between two quantizers, and what PyTorch makes of it."""

    name: str
    shape: tuple[int, ...]
    element: Int
    zero_point: int
    norm: Callable[[SSAValue], NormOp]
    torch: Callable[[torch.Tensor], torch.Tensor]
    out_scale: float
    out_zero: int
    out: Interval
    zero_after: bool = False


def drawn(*shape: int) -> FloatArray:
    """Gains and offsets as float32 has them."""
    values = np.random.default_rng(list(shape)).normal(0.4, 1, shape)
    return values.astype(np.float32).astype(np.float64)


def t(values: FloatArray) -> torch.Tensor:
    return torch.from_numpy(values)


def layer_norm(*row: int, epsilon: float = 1e-5) -> Case:
    gain, offset = drawn(*row), drawn(*row, 1)[..., 0]
    return Case(
        f"layer{list(row)}",
        (1, 3, *row),
        SI8,
        4,
        lambda x: RealLayerNorm(x, gain, offset, epsilon, axes=len(row), layer="norm"),
        lambda x: functional.layer_norm(x, row, t(gain), t(offset), epsilon),
        0.03125,
        -3,
        BYTE,
    )


def rms_norm(*row: int) -> Case:
    gain = drawn(*row)
    return Case(
        f"rms{list(row)}",
        (1, 3, *row),
        UI8,
        101,
        lambda x: RealRmsNorm(x, gain, 1e-6, axes=len(row), layer="norm"),
        lambda x: functional.rms_norm(x, row, t(gain), 1e-6),
        0.02,
        7,
        BYTE,
        zero_after=True,
    )


def group_norm(groups: int, *shape: int) -> Case:
    places = (shape[0], *(1 for _ in shape[1:]))
    gain, offset = drawn(*places), drawn(*places, 1)[..., 0]
    return Case(
        f"group{list(shape)}",
        (1, *shape),
        UI8,
        128,
        lambda x: RealGroupNorm(x, groups, gain, offset, 1e-5, layer="norm"),
        lambda x: functional.group_norm(x, groups, t(gain.ravel()), t(offset.ravel()), 1e-5),
        0.03,
        120,
        UNSIGNED,
    )


def softmax(axis: int, *shape: int, scale: float = 1 / 256, zero_after: bool = False) -> Case:
    return Case(
        f"softmax{list(shape)}",
        (1, *shape),
        SI8,
        9,
        lambda x: RealSoftmax(x, axis=axis, layer="softmax"),
        lambda x: functional.softmax(x, axis),
        scale,
        3,
        UNSIGNED,
        zero_after,
    )


CASES = [
    layer_norm(2),
    layer_norm(24),
    layer_norm(5, 7),
    layer_norm(768, epsilon=1e-12),
    rms_norm(3),
    rms_norm(64),
    group_norm(2, 6, 5),
    group_norm(3, 3, 4, 4),
    group_norm(1, 4, 3, 2),
    softmax(1, 2),
    softmax(3, 2, 4, 33),
    softmax(1, 7, 3, scale=float(np.float32(1 / 255)), zero_after=True),
    softmax(2, 1, 1000, scale=float(np.float32(0.0001))),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
SCALE = float(np.float32(0.037))


def on_integers(case: Case, **options: str) -> tuple[IntegerOp, Dequantize, Quantize]:
    """The operator that verifies, and the quantizers around it."""
    found: list[tuple[IntegerOp, Dequantize, Quantize]] = []

    def body(x: SSAValue) -> Sequence[IntegerOp]:
        start = Dequantize(x, np.array(SCALE), case.zero_point, layer="start")
        norm = case.norm(start.x)
        norm.verify()
        element = SI8 if case.out == BYTE else UI8
        end = Quantize(
            norm.y,
            np.array(case.out_scale),
            case.out_zero,
            case.out,
            element,
            layer="end",
            zero_after=case.zero_after,
            **options,
        )
        op = norm.on_integers(x, floats_of(start.scale), case.zero_point, end)
        found.append((op, start, end))
        return [op]

    verified(build([tensor(case.shape, case.element)], body))
    return found[0]


def rows(case: Case, rng: np.random.Generator) -> IntArray:
    """Random rows, then narrow ones, constant ones, and ones of both ends."""
    held, shape = Interval.of(case.element), case.shape[1:]
    x = rng.integers(held.low, held.high, (120, *shape), endpoint=True)
    x[40:80] = x[40:80] // 16
    x[80:84] = np.array([held.low, held.high, 0, case.zero_point]).reshape(4, *(1 for _ in shape))
    x[84:] = np.where(rng.random((36, *shape)) < 0.5, held.low, held.high)
    return x


@each_case
def test_integers_are_what_pytorch_rounds_to_in_float64(
    case: Case, rng: np.random.Generator
) -> None:
    op, start, end = on_integers(case)
    x = rows(case, rng)
    got = op.reference(x)
    reals = case.torch(torch.from_numpy(start.reference(x))).numpy()
    differ = got != end.reference(reals)
    assert np.unique(got).size > 3
    assert (np.abs(got - end.reference(reals)) <= 1).all()
    assert end.near(reals, NEAR)[differ].all()
    assert differ.mean() < 0.01
    held = op.range(Interval.of(case.element))
    assert held.holds(Interval.around(got))


@each_case
def test_the_real_reference_is_pytorch(case: Case, rng: np.random.Generator) -> None:
    x = rng.normal(0, 2, (5, *case.shape[1:]))
    made: list[NormOp] = []

    def body(q: SSAValue) -> Sequence[Dequantize | NormOp]:
        start = Dequantize(q, np.array(1.0), layer="start")
        made.append(case.norm(start.x))
        return [start, made[0]]

    build([tensor(case.shape, case.element)], body)
    np.testing.assert_allclose(
        made[0].reference(x), case.torch(torch.from_numpy(x)).numpy(), rtol=1e-9, atol=1e-12
    )


# --- against rationals: how far from a tie the rounding can differ


def spikes(n: int, low: int, high: int, rng: np.random.Generator) -> IntArray:
    """Rows of n: random, one step apart, one against all others, halves of both ends."""
    x = rng.integers(low, high, (8, n), endpoint=True)
    x[1:4] = rng.integers(low, high, (3, 1))
    x[1, 0] += 1 if x[1, 0] < high else -1
    x[2, -1], x[3, 0] = low, high
    x[4], x[4, 0] = low, high
    x[5], x[5, 0] = high, low
    x[6, ::2], x[6, 1::2] = low, high
    x[7] = low + x[7] % 2
    return x


def normalized_exactly(op: NormalizedOp, norm: Norm, x: IntArray) -> list[list[Fraction]]:
    values, squares = op.moments(x.reshape(len(x), 1, -1, 1))
    return [
        [
            gain * int(c) / exact_root(int(square) + norm.epsilon) + offset
            for c, gain, offset in zip(row, norm.gain, norm.offset, strict=True)
        ]
        for row, square in zip(values.reshape(x.shape), squares.ravel(), strict=True)
    ]


def worst(op: NormalizedOp, norm: Norm, constants: NormConstants, x: IntArray) -> Fraction:
    """The largest deviation of a position that does not saturate for certain."""
    found = op.positions(x).reshape(x.shape)
    shift, clip = constants.shift.tolist(), norm.grid.clip
    far = [
        abs(Fraction(int(p), 1 << s) - real)
        for got, want in zip(found, normalized_exactly(op, norm, x), strict=True)
        for p, s, real in zip(got, shift, want, strict=True)
        if clip.low - 1 <= real <= clip.high + 1
    ]
    assert far
    return max(far)


def norm_of(n: int, epsilon: float, gain: float, spread: int) -> Norm:
    return Norm.of(
        drawn(n) * gain,
        drawn(n, 2)[:, 0],
        epsilon,
        size=n,
        spread=spread,
        step=Fraction(SCALE),
        grid=Grid(Fraction(1, 32), -3, 0, BYTE, SI8),
        layer="norm",
    )


def op_of(norm: Norm, kind: str) -> NormalizedOp:
    made: list[NormalizedOp] = []

    def body(x: SSAValue) -> Sequence[IntegerOp]:
        rms = kind == "rms"
        own = {"zero_of_x": number(-5)} if rms else {}
        made.append((RmsNorm if rms else LayerNorm).of(x, norm, inner=1, **own))
        return made

    build([tensor((1, norm.size), SI8)], body)
    return made[0]


@pytest.mark.parametrize("kind", ["layer", "rms"])
@pytest.mark.parametrize("n", [2, 3, 65, 768])
@pytest.mark.parametrize(("epsilon", "gain"), [(1e-5, 1.0), (1e-12, 1.0), (0.1, 4.0)])
def test_a_position_is_nearer_to_the_real_one_than_is_promised(
    kind: str, n: int, epsilon: float, gain: float, rng: np.random.Generator
) -> None:
    norm = norm_of(n, epsilon, gain, 128 if kind == "layer" else 132)
    promised, x = norm.deviation(norm.constants()), spikes(n, -128, 127, rng)
    assert promised < Fraction(1, 1 << 28)
    assert worst(op_of(norm, kind), norm, norm.constants(), x) <= promised


def test_an_epsilon_that_is_slightly_off_breaks_the_promise(rng: np.random.Generator) -> None:
    norm, x = norm_of(65, 1e-5, 1.0, 128), spikes(65, -128, 127, rng)
    constants, op = norm.constants(), op_of(norm, "layer")
    op.properties["epsilon"] = number(constants.epsilon + constants.epsilon // 10**6)
    assert worst(op, norm, constants, x) > norm.deviation(constants)


@pytest.mark.parametrize("n", [1, 2, 9, 700])
@pytest.mark.parametrize(("step", "scale"), [(0.05, 1 / 255), (0.0005, 2**-16), (1.7, 0.01)])
def test_a_softmax_is_within_2_to_the_minus_30_of_a_step(
    n: int, step: float, scale: float, rng: np.random.Generator
) -> None:
    op = softmax_of(n, step, scale)
    x = spikes(n, -128, 127, rng)
    tops, sums = op.fraction(x)
    for i, row in enumerate(x):
        drops = [int(row.max() - v) for v in row]
        terms = [EXP(-Fraction(step) * d) for d in drops]
        total = sum(terms)
        for j, term in enumerate(terms):
            real = term / total / Fraction(scale)
            found = Fraction(int(tops[i, j]), int(sums[i, 0]))
            if real <= 256:
                assert abs(found - real) < Fraction(1, 1 << 30)


def softmax_of(n: int, step: float, scale: float) -> Softmax:
    """Of rows of n si8."""
    made: list[Softmax] = []

    def body(x: SSAValue) -> Sequence[IntegerOp]:
        start = Dequantize(x, np.array(step), layer="start")
        norm = RealSoftmax(start.x, axis=1, layer="softmax")
        end = Quantize(norm.y, np.array(scale), 0, UNSIGNED, UI8, layer="end")
        made.append(norm.on_integers(x, np.array(step), 0, end))
        return made

    build([tensor((1, n), SI8)], body)
    return made[0]


# --- ties and corners


@pytest.mark.parametrize(("zero_after", "want"), [(False, 4), (True, 3)])
def test_a_tie_goes_where_the_zero_point_is_added(zero_after: bool, want: int) -> None:
    """Of 512 equal scores each is half a step of 1/256; the zero point is 3."""
    op, _, end = on_integers(softmax(1, 512, scale=1 / 256, zero_after=zero_after))
    assert np.unique(op.reference(np.full((1, 512), 5))).tolist() == [want]
    assert end.reference(np.array(1 / 512)) == want


def test_a_constant_row_is_the_offset() -> None:
    norm = norm_of(9, 1e-5, 1.0, 128)
    want = [max(-128, min(127, round(offset))) for offset in norm.offset]
    for value in (-128, 0, 127):
        assert op_of(norm, "layer").reference(np.full((1, 9), value)).tolist() == [want]


def test_far_apart_scores_are_one_and_zeros() -> None:
    op = softmax_of(2, 1.0, 1 / 255)
    assert op.reference(np.array([[-128, 127]])).tolist() == [[0, 255]]


# --- refusals


@pytest.mark.parametrize("rounding", ["floor", "half_up", "sign"])
@each_case
def test_a_rounding_that_is_not_half_to_even_is_refused(case: Case, rounding: str) -> None:
    with pytest.raises(UnsupportedError, match=r"^end: quantizes .* rounds half to even$"):
        on_integers(case, rounding=rounding)


def test_scales_for_each_channel_are_refused() -> None:
    case = softmax(1, 4)
    norm: list[NormOp] = []

    def body(x: SSAValue) -> Sequence[IntegerOp]:
        start = Dequantize(x, np.array(SCALE), layer="start")
        norm.append(case.norm(start.x))
        end = Quantize(norm[0].y, np.array(0.01), 0, BYTE, SI8, layer="end")
        return [norm[0].on_integers(x, np.ones((4,)), 0, end)]

    with pytest.raises(UnsupportedError, match="softmax: 4 scales around a normalization"):
        build([tensor(case.shape, SI8)], body)


def refused(shape: tuple[int, ...], element: Int, norm: Callable[[SSAValue], NormOp]) -> Case:
    return Case("", shape, element, 0, norm, lambda x: x, 0.01, 0, BYTE)


REFUSED = [
    (
        refused((1, 4), SI8, lambda x: RealSoftmax(x, axis=1, log=True, layer="a")),
        "a: quantizes a log-softmax; leave it to the host",
    ),
    (
        refused((1, 4), SI8, lambda x: RealRmsNorm(x, drawn(4), 0.0, axes=1, layer="a")),
        "a: normalizes with an epsilon of zero",
    ),
    (
        refused((1, 4), SI32, lambda x: RealRmsNorm(x, drawn(4), 0.1, axes=1, layer="a")),
        "a: the squares of 4 integers .* quantize its input to 8 bits",
    ),
    (
        refused((1, 4), SI8, lambda x: RealRmsNorm(x, 1e30 * drawn(4), 0.1, axes=1, layer="a")),
        "a: a gain of .* is too great; use a coarser quantizer",
    ),
]


@pytest.mark.parametrize(("case", "message"), REFUSED, ids=[m[:24] for _, m in REFUSED])
def test_what_no_integers_can_do_is_refused(case: Case, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        on_integers(case)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"epsilon": 0}, "epsilon must be above zero"),
        ({"epsilon": 2**62 - 1}, "a sum of squares may have more than 62 bits"),
        ({"unit": 33}, "unit must be even"),
        ({"size": 4}, "are not whole rows of 4"),
        ({"high": 128}, "is not in"),
        ({"inner": 2}, "is not whole blocks"),
    ],
)
def test_integers_that_could_leave_64_bits_do_not_verify(
    changed: dict[str, int], message: str
) -> None:
    op = op_of(norm_of(9, 1e-5, 1.0, 128), "layer")
    op.properties.update({name: number(value) for name, value in changed.items()})
    with pytest.raises(VerifyException, match=f"norm: tercet.layer_norm: .*{message}"):
        op.verify()
