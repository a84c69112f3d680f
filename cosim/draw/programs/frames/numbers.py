"""Drawing numbers: addresses that are sums of steps, and where they fit."""

from collections.abc import Iterable
from itertools import starmap

import numpy as np

from tercet.ir.types import IntArray

Rng = np.random.Generator
Term = tuple[int, int]
"""A step, and how many places it makes: 0, step, … (count - 1) step."""


def between(rng: Rng, low: int, high: int) -> int:
    """A number from low up to high, both included."""
    return int(rng.integers(low, high, endpoint=True))


def chance(rng: Rng, share: float) -> bool:
    return bool(rng.random() < share)


def step(rng: Rng, count: int, room: int, *, unit: int = 1) -> int:
    """A step of either sign with which `count` places spread over at most `room`."""
    most = room // max(count - 1, 1) // unit
    plain = min(most, between(rng, 0, 1)) if chance(rng, 0.4) else between(rng, 0, most)
    return plain * unit * (-1 if chance(rng, 0.3) else 1)


def reach(terms: Iterable[Term]) -> tuple[int, int]:
    """Lowest and highest sum of the steps."""
    ends = [by * (count - 1) for by, count in terms]
    return sum(min(0, end) for end in ends), sum(max(0, end) for end in ends)


def fit(rng: Rng, low: int, high: int, terms: Iterable[Term]) -> int:
    """A base from which all sums of the steps lie from `low` up to but without `high`."""
    down, up = reach(terms)
    return between(rng, low - down, high - 1 - up)


def spread(terms: Iterable[Term]) -> IntArray:
    """Every sum of the steps, the last term's fastest."""
    found: IntArray = np.zeros(1, np.int64)
    for places in starmap(_places, terms):
        found = (found[:, None] + places).ravel()
    return found


def signed(field: int) -> int:
    """A 16-bit field as a number of either sign."""
    return int(np.int16(np.uint16(field)))


def split(rng: Rng, total: int, most: int) -> list[int]:
    """Numbers from 1 to `most` that add up to `total`."""
    parts = []
    while total:
        parts.append(between(rng, 1, min(most, total)))
        total -= parts[-1]
    return parts


def _places(by: int, count: int) -> IntArray:
    return by * np.arange(count, dtype=np.int64)
