"""The integer constants of a normalization, from its gains, offsets and scales as rationals."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.arithmetic.division import DIGIT
from tercet.ir.arithmetic.limits import NORM_ADD_LIMIT, NORM_MUL_LIMIT, SHIFT_MAX
from tercet.ir.arithmetic.roots import TOP
from tercet.ir.families.real_norms import ScalarGrid, require_near
from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class NormConstants:
    """The constants of a `tercet.layer_norm` or `tercet.rms_norm`."""

    mul: IntArray
    add: IntArray
    shift: IntArray
    epsilon: int
    unit: int


def value_limit(size: int, unit: int) -> int:
    """The greatest |c| * 2^h, because c^2 <= size * V and V * 2^unit * 4^h < 2^62."""
    return isqrt(size << (TOP - unit)) + 1


@dataclass(frozen=True)
class Norm:
    """position = gain * c / sqrt(V + epsilon) + offset, of rows with the c and V of the integers.

    A position is in steps of `grid`.
    """

    size: int
    spread: int
    """The largest distance of an integer from the mean that the norm subtracts."""
    gain: Sequence[Fraction]
    offset: Sequence[Fraction]
    epsilon: Fraction
    grid: ScalarGrid
    layer: str

    @classmethod
    def of(
        cls,
        gain: FloatArray,
        offset: FloatArray,
        epsilon: float,
        *,
        size: int,
        spread: int,
        step: Fraction,
        grid: ScalarGrid,
        layer: str,
    ) -> "Norm":
        """The norm from a real gain and offset for each channel, of integers in steps of `step`."""
        return cls(
            size,
            spread,
            [Fraction(float(g)) / grid.scale for g in gain],
            [Fraction(float(b)) / grid.scale + grid.before for b in offset],
            Fraction(epsilon) * (size / step) ** 2,
            grid,
            layer,
        )

    def constants(self) -> NormConstants:
        """The most precise constants that 64 bits allow; refused if they are too coarse."""
        unit = self._unit()
        epsilon = max(1, round(self.epsilon * (1 << unit)))
        limit = value_limit(self.size, unit)
        found = [
            self._channel(gain, offset, limit, unit)
            for gain, offset in zip(self.gain, self.offset, strict=True)
        ]
        mul, add, shift = (np.array(column, np.int64) for column in zip(*found, strict=True))
        constants = NormConstants(mul, add, shift, epsilon, unit)
        require_near(self.deviation(constants), self.layer)
        return constants

    def _unit(self) -> int:
        """The greatest even number of fraction bits with V + epsilon below 2^62."""
        if self.epsilon <= 0:
            raise UnsupportedError(
                "normalizes with an epsilon of zero",
                layer=self.layer,
                way_out="give it one above zero",
            )
        most = (self.size * self.spread) ** 2 + self.epsilon
        unit = (TOP - int(most + 1).bit_length()) & ~1
        if unit < 0 or self.size * self.spread >= 1 << 29:
            raise UnsupportedError(
                f"the squares of {self.size} integers of up to {self.spread} and its epsilon "
                "do not fit 62 bits",
                layer=self.layer,
                way_out="quantize its input to 8 bits, or coarser",
            )
        return unit

    def _channel(
        self, gain: Fraction, offset: Fraction, limit: int, unit: int
    ) -> tuple[int, int, int]:
        """mul, add, and the greatest shift at which both fit."""
        for shift in range(SHIFT_MAX, -1, -1):
            mul, add = round(gain * _factor(unit, shift)), round(offset * (1 << shift))
            fits = abs(mul) < NORM_MUL_LIMIT and (abs(mul) >> DIGIT) * limit < 1 << TOP
            if fits and abs(add) < NORM_ADD_LIMIT:
                return mul, add, shift
        raise UnsupportedError(
            f"a gain of {float(gain):.3g} or an offset of {float(offset):.3g} steps of "
            "its result is too great",
            layer=self.layer,
            way_out="use a coarser quantizer",
        )

    def deviation(self, constants: NormConstants) -> Fraction:
        """The greatest distance, in steps, of an unsaturated position from the real one."""
        places = zip(self.gain, self.offset, constants.shift.tolist(), strict=True)
        return max(self._deviation(constants, *place) for place in places)

    def _deviation(
        self, constants: NormConstants, gain: Fraction, offset: Fraction, shift: int
    ) -> Fraction:
        """The greatest distance in one channel."""
        unit, epsilon = constants.unit, constants.epsilon
        gain, reach = abs(gain), self.grid.reach(offset)
        # c / sqrt(V + epsilon): at most sqrt(size), and no larger than an unsaturated result needs
        ratio = Fraction(isqrt(self.size) + 1)
        ratio = min(ratio, reach / gain) if gain else ratio
        exact = self.epsilon * (1 << unit)
        least = (max(1, self.size - 1) << unit) + min(exact, Fraction(epsilon))  # 0 has c = 0
        relative = abs(exact - epsilon) / least + Fraction(2, 1 << 45)  # of w, and of its root
        factor = ratio / 2 / _factor(unit, shift)
        return min(reach, gain * ratio) * relative + factor + Fraction(3, 2 << shift)


def _factor(unit: int, shift: int) -> Fraction:
    """The factor of a gain: w counts V in units of 2^-unit, a quotient counts in units of 2^-1."""
    bits = unit // 2 + shift - 1
    return Fraction(1 << bits) if bits >= 0 else Fraction(1, 1 << -bits)
