"""Normalizations and softmax against PyTorch in float64."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch.nn import functional
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.families.real_norms import NormOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, verified
from tercet.ir.types import SI8, SI32, UI8, FloatArray, Int, IntArray, floats_of, tensor
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.group_norm import RealGroupNorm
from tercet.ops.real.layer_norm import RealLayerNorm
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.rms_norm import RealRmsNorm
from tercet.ops.real.softmax import RealSoftmax

BYTE, UNSIGNED = Interval(-128, 127), Interval(0, 255)
NEAR = 1e-9
"""Distance from a tie, in steps, at which PyTorch's float64 may round the other way."""


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


@pytest.mark.parametrize(("zero_after", "want"), [(False, 4), (True, 3)])
def test_a_tie_goes_where_the_zero_point_is_added(zero_after: bool, want: int) -> None:
    """Of 512 equal scores each is half a step of 1/256; the zero point is 3."""
    op, _, end = on_integers(softmax(1, 512, scale=1 / 256, zero_after=zero_after))
    assert np.unique(op.reference(np.full((1, 512), 5))).tolist() == [want]
    assert end.reference(np.array(1 / 512)) == want


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
