"""Comparison of two executors' values, element by element and without tolerance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray


@dataclass(frozen=True)
class Mismatch:
    """The first element that differs."""

    layer: str
    """Name of the value, such as "fc1:requantize"."""
    vector: int
    element: tuple[int, ...]
    """Index inside one vector's tensor."""
    expected: int
    found: int


@dataclass(frozen=True)
class Comparison:
    """The number of compared elements, and the differences. Nothing compared is a failure."""

    compared: int
    mismatches: int
    first: Mismatch | None

    @property
    def passed(self) -> bool:
        return self.compared > 0 and self.mismatches == 0


def compare(want: Mapping[str, IntArray], got: Mapping[str, IntArray]) -> Comparison:
    """Compare every value of `want`, in its order.

    A missing value or a wrong shape raises `KeyError` or `ValueError`, because it is a fault of
    the executor rather than a difference of numbers.
    """
    compared = mismatches = 0
    first: Mismatch | None = None
    for name, expected in want.items():
        found = got[name]
        if found.shape != expected.shape:
            raise ValueError(f"{name}: found shape {found.shape}, expected {expected.shape}")
        differs = found != expected
        compared += expected.size
        mismatches += int(np.count_nonzero(differs))
        if first is None and differs.any():
            vector, *element = (int(i) for i in np.argwhere(differs)[0])
            place = (vector, *element)
            values = int(expected[place]), int(found[place])
            first = Mismatch(name, vector, tuple(element), *values)
    return Comparison(compared, mismatches, first)
