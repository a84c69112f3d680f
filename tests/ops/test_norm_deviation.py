"""How far from a tie normalizations and softmax can round otherwise: against rationals."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from tercet.ir.families.integer_norms import NormalizedOp
from tercet.ir.families.norm_constants import Norm
from tercet.ir.families.real import root
from tercet.ir.families.real_norms import ScalarGrid
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp
from tercet.ir.types import SI8, UI8, FloatArray, IntArray, number, tensor
from tercet.ops.layer_norm import LayerNorm
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.softmax import RealSoftmax
from tercet.ops.rms_norm import RmsNorm
from tercet.ops.softmax import EXP, Softmax

BYTE, UNSIGNED = Interval(-128, 127), Interval(0, 255)
SCALE = 0.037


def drawn(*shape: int) -> FloatArray:
    """Gains and offsets."""
    values = np.random.default_rng(list(shape)).normal(0.4, 1, shape)
    return values.astype(np.float32).astype(np.float64)


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


@dataclass(frozen=True)
class Drawn:
    """A normalization of rows of n si8, with a quantizer of 1/32 and a zero point of -3."""

    kind: str
    n: int
    epsilon: float
    gain: float

    def gains(self) -> FloatArray:
        return drawn(self.n) * self.gain

    def offsets(self) -> FloatArray:
        return drawn(self.n, 2)[:, 0]

    def norm(self) -> Norm:
        return Norm.of(
            self.gains(),
            self.offsets(),
            self.epsilon,
            size=self.n,
            spread=128 if self.kind == "layer" else 132,
            step=Fraction(SCALE),
            grid=ScalarGrid(Fraction(1, 32), -3, 0, BYTE, SI8),
            layer="norm",
        )

    def op(self) -> NormalizedOp:
        made: list[NormalizedOp] = []

        def body(x: SSAValue) -> Sequence[IntegerOp]:
            if self.kind == "rms":
                made.append(RmsNorm.of(x, self.norm(), inner=1, zero_of_x=number(-5)))
            else:
                made.append(LayerNorm.of(x, self.norm(), inner=1))
            return made

        build([tensor((1, self.n), SI8)], body)
        return made[0]

    def exact(self, row: IntArray) -> list[Fraction]:
        """Where a row's results lie between the integers."""
        x = [Fraction(SCALE) * (int(v) + 5) for v in row]
        mean = Fraction(sum(x), self.n) if self.kind == "layer" else Fraction(0)
        square = Fraction(sum((v - mean) * (v - mean) for v in x), self.n)
        deviation = root(square + Fraction(self.epsilon))
        places = zip(x, self.gains().tolist(), self.offsets().tolist(), strict=True)
        return [((v - mean) / deviation * Fraction(g) + Fraction(b)) * 32 - 3 for v, g, b in places]

    def worst(self, op: NormalizedOp, x: IntArray) -> Fraction:
        """The largest deviation of a position that does not saturate for certain."""
        found, shift = op.positions(x).reshape(x.shape), self.norm().constants().shift.tolist()
        far = [
            abs(Fraction(int(p), 1 << s) - real)
            for got, row in zip(found, x, strict=True)
            for p, s, real in zip(got, shift, self.exact(row), strict=True)
            if -129 <= real <= 128
        ]
        assert far
        return max(far)


@pytest.mark.parametrize("kind", ["layer", "rms"])
@pytest.mark.parametrize("n", [2, 3, 65, 768])
@pytest.mark.parametrize(("epsilon", "gain"), [(1e-5, 1.0), (1e-12, 1.0), (0.1, 4.0)])
def test_a_position_is_nearer_to_the_real_one_than_is_promised(
    kind: str, n: int, epsilon: float, gain: float, rng: np.random.Generator
) -> None:
    case, x = Drawn(kind, n, epsilon, gain), spikes(n, -128, 127, rng)
    promised = case.norm().deviation(case.norm().constants())
    assert promised < Fraction(1, 1 << 28)
    assert case.worst(case.op(), x) <= promised


def test_an_epsilon_that_is_slightly_off_breaks_the_promise(rng: np.random.Generator) -> None:
    case, x = Drawn("layer", 65, 1e-5, 1.0), spikes(65, -128, 127, rng)
    constants, op = case.norm().constants(), case.op()
    op.properties["epsilon"] = number(constants.epsilon + constants.epsilon // 10**6)
    assert case.worst(op, x) > case.norm().deviation(constants)


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


def test_a_constant_row_is_the_offset() -> None:
    case = Drawn("layer", 9, 1e-5, 1.0)
    want = [max(-128, min(127, round(Fraction(b) * 32 - 3))) for b in case.offsets().tolist()]
    for value in (-128, 0, 127):
        assert case.op().reference(np.full((1, 9), value)).tolist() == [want]


def test_far_apart_scores_are_one_and_zeros() -> None:
    op = softmax_of(2, 1.0, 1 / 255)
    assert op.reference(np.array([[-128, 127]])).tolist() == [[0, 255]]


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
    op = Drawn("layer", 9, 1e-5, 1.0).op()
    op.properties.update({name: number(value) for name, value in changed.items()})
    with pytest.raises(VerifyException, match=f"norm: tercet.layer_norm: .*{message}"):
        op.verify()
