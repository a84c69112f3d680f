"""Structural ties: a ratio of float32 scales that was meant to be a simple one is read as that one.

Sums that should be exact halves are then exact halves, as PyTorch and ONNXRuntime have them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet import passes
from tercet.ir.arithmetic.rounding import ROUNDINGS
from tercet.ir.evaluate import evaluate
from tercet.ir.families.real import real_tensor
from tercet.ir.host.boundary import entries_of
from tercet.ir.interval import Interval
from tercet.ir.module import build, ops_of
from tercet.ir.op import LayerOp
from tercet.ir.types import SI8, FloatArray, IntArray, dense_float
from tercet.ops.real.add import RealAdd
from tercet.ops.real.affine import Affine
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.mul import RealMul
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.ops.real.sum import RealSum
from tercet.passes.pipeline.requantize import Requantization
from tercet.passes.pipeline.require_integers import RequireIntegers
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import LATTICE, certificates, lattice_of
from tercet_golden import integer

SIGNED = Interval(-128, 127)
UNSNAPPED = (*passes.NORMALIZATION, Requantization(), RequireIntegers())


def f32(value: float) -> FloatArray:
    return np.asarray(float(np.float32(value)))


def scalar(value: float) -> FloatArray:
    return np.asarray(value)


def entered(x: SSAValue, scale: FloatArray, zero: int = 0) -> tuple[Quantize, Dequantize]:
    q = Quantize(x, scale, zero, SIGNED, SI8, layer="entry")
    return q, Dequantize(q.q, scale, zero, layer="entry")


def closed(
    x: SSAValue, scale: FloatArray, zero: int = 0, rounding: str = "half_even"
) -> tuple[Quantize, Dequantize]:
    q = Quantize(x, scale, zero, SIGNED, SI8, layer="end", rounding=rounding)
    return q, Dequantize(q.q, scale, zero, layer="end")


@dataclass(frozen=True)
class Mean:
    """quantize(the mean of `count` integers), of scales whose ratio was meant to be `ratio`."""

    count: int
    scale: float
    out: float
    ratio: Fraction
    rounding: str = "half_even"
    offset: float = 0.0
    zero: int = 0

    def captured(self) -> ModuleOp:
        def body(x: SSAValue) -> Sequence[LayerOp]:
            a = entered(x, f32(self.scale))
            total = RealSum(a[1].x, axis=2, layer="mean")
            mean = Affine(
                total.y, scalar(1.0), scalar(0.0), scalar(float(self.count)), layer="mean"
            )
            moved = Affine(mean.y, scalar(1.0), f32(self.offset), layer="mean")
            end = closed(moved.y, f32(self.out), self.zero, self.rounding)
            return [*a, total, mean, moved, *end]

        return build([real_tensor((1, 1, self.count))], body)

    def wanted(self, total: int) -> int:
        """In rationals, of the ratio that was meant."""
        steps = self.ratio * total / self.count + Fraction(
            self.offset / self.out
        ).limit_denominator(64)
        rounded = ROUNDINGS[self.rounding].exact(steps + self.zero)
        return min(max(rounded, SIGNED.low), SIGNED.high)


MEANS = {
    "five eighths": Mean(4, 0.05, 0.02, Fraction(5, 2)),
    "a sixteenth of nine": Mean(9, 0.11, 0.11 * 16 / 9, Fraction(9, 16)),
    "three halves": Mean(2, 0.3, 0.1, Fraction(3)),
    "an odd divisor": Mean(7, 0.05, 0.02, Fraction(5, 2)),
    "an image of seven by seven": Mean(49, 0.07, 0.02, Fraction(7, 2)),
    "an image of fourteen by fourteen": Mean(196, 0.07, 0.028, Fraction(5, 2)),
    "a ratio of decimals": Mean(6, 0.07, 0.03, Fraction(7, 3)),
    "rounding down": Mean(4, 0.3, 0.1, Fraction(3), "floor"),
    "rounding half up": Mean(4, 0.3, 0.1, Fraction(3), "half_up"),
    "rounding to zero": Mean(5, 0.13, 0.13 / 3, Fraction(3), "to_zero"),
    "an offset on the lattice": Mean(4, 0.3, 0.1, Fraction(3), offset=0.35),
    "a zero point": Mean(4, 0.05, 0.02, Fraction(5, 2), zero=11),
}


def of_means(mean: Mean) -> tuple[IntArray, IntArray]:
    """Rows of integers that have every sum within what does not saturate, and the sums."""
    rng = np.random.default_rng(0)
    spread = rng.integers(-128, 128, (3000, 1)) + rng.integers(-9, 10, (3000, mean.count))
    q = spread.clip(-128, 127).astype(np.int64)
    return q[:, None], q.sum(1)


def proven(captured: ModuleOp) -> ModuleOp:
    module = passes.run(captured)
    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings
    return module


def result(module: ModuleOp, *q: IntArray) -> IntArray:
    return [*integer.run(module, *q).values()][-1].reshape(len(q[0]), -1)[:, 0]


@pytest.mark.parametrize("mean", MEANS.values(), ids=MEANS.keys())
def test_a_mean_is_that_of_the_ratio_that_was_meant(mean: Mean) -> None:
    captured = mean.captured()
    q, totals = of_means(mean)
    wanted = np.array([mean.wanted(int(total)) for total in totals])
    module = proven(captured)
    assert lattice_of(ops_of(module)[-1]) is not None
    np.testing.assert_array_equal(result(module, q), wanted)
    assert (result(passes.run(captured, UNSNAPPED), q) != wanted).any(), "there was nothing to mend"


@pytest.mark.parametrize(
    "mean",
    [
        Mean(4, 0.0537, 0.0211, Fraction(0)),
        Mean(4, 0.5, 0.125, Fraction(4)),
        Mean(3, 0.05, 0.05, Fraction(1)),
        Mean(4, 0.3, 0.1, Fraction(3), offset=0.0317),
        Mean(9, 0.013, 0.013 * 16 / 9, Fraction(9, 16)),
    ],
    ids=["odd scales", "powers of two", "one scale", "an odd offset", "no tie in float32 either"],
)
def test_what_has_no_structural_tie_is_left_as_it_is(mean: Mean) -> None:
    assert lattice_of(ops_of(proven(mean.captured()))[-1]) is None


@dataclass(frozen=True)
class Two:
    """quantize(a + b) or quantize(a * b); what was `meant` is in steps."""

    combine: type[RealAdd] | type[RealMul]
    scales: tuple[float, float]
    out: float
    meant: Callable[[int, int], Fraction]

    def captured(self) -> ModuleOp:
        def body(x0: SSAValue, x1: SSAValue) -> Sequence[LayerOp]:
            a, b = entered(x0, f32(self.scales[0])), entered(x1, f32(self.scales[1]), 3)
            both = self.combine(a[1].x, b[1].x, layer="both")
            return [*a, *b, both, *closed(both.y, f32(self.out))]

        return build([real_tensor((1, 1)), real_tensor((1, 1))], body)


PAIRS = {
    "sum": Two(
        RealAdd, (0.3, 0.1), 0.2, lambda a, b: Fraction(3, 2) * a + Fraction(1, 2) * (b - 3)
    ),
    "product": Two(RealMul, (0.05, 0.05), 0.001, lambda a, b: Fraction(5, 2) * a * (b - 3)),
}


@pytest.mark.parametrize("two", PAIRS.values(), ids=PAIRS.keys())
def test_two_tensors_are_combined_by_the_ratios_that_were_meant(two: Two) -> None:
    module = proven(two.captured())
    a, b = np.indices((256, 256)).reshape(2, -1, 1) - 128
    pairs = zip(a[:, 0].tolist(), b[:, 0].tolist(), strict=True)
    wanted = np.array([min(max(round(two.meant(x, y)), -128), 127) for x, y in pairs])
    np.testing.assert_array_equal(result(module, a, b), wanted)
    unsnapped = passes.run(two.captured(), UNSNAPPED)
    assert (result(unsnapped, a, b) != wanted).any(), "there was nothing to mend"


def test_a_clip_between_the_points_of_the_lattice_ends_where_the_model_does() -> None:
    def body(x: SSAValue) -> Sequence[LayerOp]:
        a = entered(x, f32(0.05))
        cut = Clip(Relu(a[1].x, layer="cut").y, 0.0, 0.4912, layer="cut")
        relu = cut.x.owner
        assert isinstance(relu, Relu)
        return [*a, relu, cut, *closed(cut.y, f32(0.02))]

    captured = build([real_tensor((1, 1))], body)
    module = proven(captured)
    q, end = np.arange(-128, 128), Fraction(0.4912) / Fraction(float(f32(0.02)))
    wanted = [round(min(max(Fraction(5, 2) * int(x), Fraction(0)), end)) for x in q]
    np.testing.assert_array_equal(result(module, q[:, None]), wanted)


def test_a_lattice_changes_the_reals_as_it_says() -> None:
    captured = MEANS["five eighths"].captured()
    snapped = passes.run(captured, passes.in_order()[: len(passes.NORMALIZATION) + 1])
    q, totals = of_means(MEANS["five eighths"])
    assert not entries_of(snapped)[0].offset.any()
    values = evaluate(snapped, q)
    (end,) = [value for value in values if isinstance(value.owner, Quantize)]
    wanted = [MEANS["five eighths"].wanted(int(total)) for total in totals]
    np.testing.assert_array_equal(np.asarray(values[end]).reshape(-1), wanted)


@pytest.mark.parametrize(
    ("mean", "lattice", "message"),
    [
        (Mean(4, 0.0537, 0.0211, Fraction(0)), 8, "is no rounding of"),
        (Mean(4, 0.05, 0.02, Fraction(5, 2)), 4, "is no rounding of"),
        (Mean(4, 0.3, 0.1, Fraction(3), offset=0.0317), 4, "off the lattice"),
    ],
    ids=["odd scales", "a lattice too coarse", "an odd offset"],
)
def test_a_wrong_claim_of_a_lattice_is_objected_to(mean: Mean, lattice: int, message: str) -> None:
    captured = mean.captured()
    normal = passes.run(captured, passes.NORMALIZATION)
    (end,) = [op for op in normal.walk() if isinstance(op, Quantize)]
    end.properties["lattice"] = dense_float(np.asarray(float(lattice)))
    module = passes.run(normal, (Requantization(), RequireIntegers()))
    assert LATTICE in ops_of(module)[-1].attributes
    assert any(message in finding.message for finding in audit(captured, module).findings)
