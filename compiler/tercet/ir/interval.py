"""Closed integer intervals: the values that a tensor's elements can take."""

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import Signedness

from tercet.ir.types import Int, IntArray


@dataclass(frozen=True)
class Interval:
    """All integers from `low` to `high`, both included."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"empty interval [{self.low}, {self.high}]")

    @classmethod
    def of(cls, element: Int) -> "Interval":
        """The interval of the type `element`."""
        bits, signed = element.width.data, is_signed(element)
        return cls(-(1 << (bits - 1)) if signed else 0, (1 << (bits - signed)) - 1)

    @classmethod
    def around(cls, values: IntArray) -> "Interval":
        """The smallest interval that holds every one of `values`."""
        return cls(int(np.min(values)), int(np.max(values)))

    def holds(self, other: "Interval") -> bool:
        return self.low <= other.low and other.high <= self.high

    def __str__(self) -> str:
        return f"[{self.low}, {self.high}]"


def is_signed(element: Int) -> bool:
    """Whether `element` is signed; a signless type (i32) counts as signed."""
    return element.signedness.data is not Signedness.UNSIGNED
