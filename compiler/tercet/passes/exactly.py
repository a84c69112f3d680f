"""One channel of a region of one tensor, in rationals, quickly.

What is a line at the start of it becomes a slope and an offset once, by two evaluations.
"""

from fractions import Fraction

import numpy as np

from tercet.ir.real import ElementwiseOp, LineOp, PointwiseOp
from tercet.passes.region import Region


class Exactly:
    """The quantizer's integer for every integer of the leaf."""

    def __init__(self, region: Region, channel: int) -> None:
        self._region = region
        self._place = tuple(int(i) for i in np.unravel_index(channel, region.view))
        steps, lines = region.steps, 0
        chain = all(len(step.operands) == 1 for step in steps)
        while chain and lines < len(steps) and _is_line(steps[lines]):
            lines += 1
        self._rest = [step for step in steps[lines:] if isinstance(step, ElementwiseOp)]
        self._line: tuple[Fraction, Fraction] | None = None
        if lines and chain:
            behind = steps[lines - 1].results[0]
            ends = [region.exact_reals([x], self._place)[behind] for x in (0, 1)]
            self._line = ends[1] - ends[0], ends[0]

    def __call__(self, acc: int) -> int:
        if self._line is None:
            reals = self._region.exact_reals([acc], self._place)
            return self._region.end.exact(reals[self._region.end.x], place=self._place)
        slope, offset = self._line
        x = slope * acc + offset
        for step in self._rest:
            x = step.exact(x, place=self._place)
        return self._region.end.exact(x, place=self._place)


def _is_line(step: LineOp | PointwiseOp) -> bool:
    return isinstance(step, LineOp) and step.line() is not None
