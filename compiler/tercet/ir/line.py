"""Rational functions of one number that the float dialect is made of: a line, then a clamp."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class ClampedLine:
    """y = slope * x + offset, then no less than `low` and no more than `high` where these are."""

    slope: Fraction
    offset: Fraction
    low: Fraction | None = None
    high: Fraction | None = None

    def __call__(self, x: Fraction) -> Fraction:
        return self._clamp(self.slope * x + self.offset)

    def then(self, after: "ClampedLine") -> "ClampedLine":
        """`after` of this: again a line and one clamp."""
        ends = [None if end is None else after.line(end) for end in (self.low, self.high)]
        if after.slope < 0:
            ends.reverse()
        low = after.low if ends[0] is None else after._clamp(ends[0])
        high = after.high if ends[1] is None else after._clamp(ends[1])
        return ClampedLine(after.slope * self.slope, after.line(self.offset), low, high)

    def line(self, x: Fraction) -> Fraction:
        """Without the clamp."""
        return self.slope * x + self.offset

    def _clamp(self, y: Fraction) -> Fraction:
        if self.low is not None and y < self.low:
            return self.low
        return self.high if self.high is not None and y > self.high else y
