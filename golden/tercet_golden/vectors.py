"""Input vectors of a sign-off: real data first, then corners, then noise."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import UsageError
from tercet.ir.boundary import entry_of, quantize_input
from tercet.ir.interval import Interval
from tercet.ir.module import input_type
from tercet.ir.types import FloatArray, IntArray

NOISE = 8
"""Vectors of uniform random integers among the corners."""


@dataclass(frozen=True)
class Vectors:
    """Integers that the input can be, and where each vector comes from."""

    x: IntArray
    """(vectors, …)."""
    labels: tuple[str, ...]
    """Such as "real 17", "corner: all max", "random 3"."""


def make(module: ModuleOp, samples: FloatArray, count: int, seed: int) -> Vectors:
    """`count` vectors, real ones first and noise where they run out; then the corners."""
    if count < 1:
        raise UsageError(f"{count} vectors were asked for; a sign-off needs at least 1")
    shape, domain = input_type(module).get_shape()[1:], entry_of(module).clip
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, IntArray]] = []
    if len(samples):
        chosen = quantize_input(module, samples[:count])
        rows += [(f"real {i}", row) for i, row in enumerate(chosen)]
    rows += [(f"random {i}", _noise(rng, shape, domain)) for i in range(count - len(rows))]
    rows += list(_corners(rng, shape, domain))
    return Vectors(np.stack([row for _, row in rows]), tuple(label for label, _ in rows))


def _corners(
    rng: np.random.Generator, shape: tuple[int, ...], domain: Interval
) -> Iterator[tuple[str, IntArray]]:
    low, high = domain.low, domain.high
    yield "corner: all zero", np.zeros(shape, np.int64)
    yield "corner: all min", np.full(shape, low)
    yield "corner: all max", np.full(shape, high)
    turns = np.arange(int(np.prod(shape))).reshape(shape) % 2
    yield "corner: alternating", np.where(turns, low, high)
    yield "corner: alternating, other phase", np.where(turns, high, low)
    size = turns.size
    for place in dict.fromkeys((0, size // 2, size - 1)):
        hot = np.zeros(size, np.int64)
        hot[place] = high
        yield f"corner: one-hot {place}", hot.reshape(shape)
    for i in range(NOISE):
        yield f"corner: random {i}", _noise(rng, shape, domain)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], domain: Interval) -> IntArray:
    return rng.integers(domain.low, domain.high, shape, np.int64, endpoint=True)
