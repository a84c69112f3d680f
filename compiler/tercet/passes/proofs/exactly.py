"""A fast exact evaluation of one channel of a region of one tensor.

Two evaluations turn the lines at the start of the region into one slope and one offset. If only
clips follow before a quantizer that rounds half to even, integers suffice for the rest.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from tercet.ir.families.real import ElementwiseOp, LineOp, Place, PointwiseOp, at
from tercet.ops.real.clip import Clip
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.regions.region import Region


@dataclass(frozen=True)
class _Whole:
    """clip(rne((slope * acc + offset) / unit)), all of them integers."""

    slope: int
    offset: int
    unit: int
    low: int
    high: int

    def __call__(self, acc: int) -> int:
        quotient, remainder = divmod(self.slope * acc + self.offset, self.unit)
        twice = 2 * remainder
        up = twice > self.unit or (twice == self.unit and quotient % 2 == 1)
        return min(max(quotient + up, self.low), self.high)


class Exactly:
    """The quantizer's integer for every integer of the leaf."""

    def __init__(self, region: Region, channel: int) -> None:
        self._region = region
        self._place = tuple(int(i) for i in np.unravel_index(channel, region.view))
        self._line: tuple[Fraction, Fraction] | None = None
        self._rest: list[ElementwiseOp] = []
        self._whole: _Whole | None = None
        steps = region.steps
        if not steps or any(len(step.operands) != 1 for step in steps):
            return
        lines = 0
        while lines < len(steps) and _is_line(steps[lines]):
            lines += 1
        behind = steps[lines - 1].results[0]
        ends = [region.exact_reals([x], self._place)[behind] for x in (0, 1)]
        self._line = ends[1] - ends[0], ends[0]
        self._rest = [step for step in steps[lines:] if isinstance(step, ElementwiseOp)]
        self._whole = _whole(region, self._rest, self._line, self._place)

    def __call__(self, acc: int) -> int:
        if self._whole is not None:
            return self._whole(acc)
        end = self._region.end
        if self._line is None:
            return end.exact(self._region.exact_reals([acc], self._place)[end.x], place=self._place)
        slope, offset = self._line
        x = slope * acc + offset
        for step in self._rest:
            x = step.exact(x, place=self._place)
        return end.exact(x, place=self._place)


def _whole(
    region: Region, rest: list[ElementwiseOp], line: tuple[Fraction, Fraction], place: Place
) -> _Whole | None:
    """The integer form of a line, clips and a quantizer; clips before rounding move behind it."""
    end = region.end
    if not isinstance(end, Quantize) or end.rounding.data != "half_even":
        return None
    if end.lattice is not None:
        return None
    if end.zero_after.value.data or any(not isinstance(step, Relu | Clip) for step in rest):
        return None
    far = Fraction(2) ** 2000
    ends = []
    for x in (-far, far):
        for step in rest:
            x = step.exact(x, place=place)
        ends.append(end.exact(x, place=place))
    scale = at(end.scale, place)
    slope, offset = line[0] / scale, line[1] / scale + end.zero_point.value.data
    unit = lcm(slope.denominator, offset.denominator)
    return _Whole(int(slope * unit), int(offset * unit), unit, ends[0], ends[1])


def _is_line(step: LineOp | PointwiseOp) -> bool:
    return isinstance(step, LineOp) and step.line() is not None
