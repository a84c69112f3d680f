"""Input vectors of a sign-off: samples, then noise up to the count, then corners."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import UsageError, VerifyError
from tercet.ir.host.boundary import entries_of, model_inputs, quantize_inputs
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of
from tercet.ir.types import Array, IntArray, shape_of

NOISE = 8
"""Vectors of uniform random integers among the corners."""


@dataclass(frozen=True)
class Vectors:
    """Input integers, and the origin of each vector."""

    xs: tuple[IntArray, ...]
    """(vectors, …), one for each input of the network."""
    labels: tuple[str, ...]
    """Such as "real 17", "example 2", "random 3", "corner: all max"."""

    @property
    def count(self) -> int:
        return len(self.labels)

    @property
    def x(self) -> IntArray:
        """The vectors of the only input."""
        (only,) = self.xs
        return only


def make(
    module: ModuleOp,
    samples: Array | Sequence[Array],
    count: int,
    seed: int,
    origin: str = "real",
) -> Vectors:
    """`count` vectors of samples, then noise if there are too few, and the corners behind them.

    `samples`: one array for each of the model's inputs, in its units. `origin`: their name in
    the labels.
    """
    if count < 1:
        raise UsageError(f"{count} vectors were asked for; a sign-off needs at least 1")
    rng = np.random.default_rng(seed)
    given = [samples] if isinstance(samples, np.ndarray) else list(samples)
    there = min((len(x) for x in given), default=0)
    chosen = quantize_inputs(module, *(x[:count] for x in given)) if there else ()
    found, labels = list[IntArray](), list[str]()
    for i, (argument, entry) in enumerate(zip(inputs_of(module), entries_of(module), strict=True)):
        shape, domain = shape_of(argument)[1:], entry.clip
        rows: list[tuple[str, IntArray]] = []
        if chosen:
            _require_possible(argument, entry.clip, chosen[i])
            rows += [(f"{origin} {n}", row) for n, row in enumerate(chosen[i][:there])]
        more = count - len(rows)
        rows += [(f"random {n}", _noise(rng, shape, domain)) for n in range(more)]
        rows += list(_corners(rng, shape, domain))
        found.append(entry.possible(np.stack([row for _, row in rows])))
        labels = labels or [label for label, _ in rows]
    return Vectors(_of_one_input(module, found), tuple(labels))


def _of_one_input(module: ModuleOp, xs: Sequence[IntArray]) -> tuple[IntArray, ...]:
    """The integers of inputs with several quantizers, all made from those of the first."""
    made = model_inputs(module, *xs)
    firsts = dict[int, int]()
    found = []
    for i, (entry, q) in enumerate(zip(entries_of(module), xs, strict=True)):
        first = firsts.setdefault(entry.source, i)
        found.append(q if first == i else entry.quantize(np.asarray(made[entry.source])))
    return tuple(found)


def _require_possible(argument: SSAValue, domain: Interval, q: IntArray) -> None:
    """Refuse samples of integers, such as indices, that the network does not take."""
    found = Interval.around(q)
    if not domain.holds(found):
        raise VerifyError(
            f"%{argument.name_hint}: its samples hold whole numbers in {found}; the network takes "
            f"{domain}"
        )


def _corners(
    rng: np.random.Generator, shape: tuple[int, ...], domain: Interval
) -> Iterator[tuple[str, IntArray]]:
    low, high = domain.low, domain.high
    yield "corner: all zero", np.full(shape, min(max(0, low), high))
    yield "corner: all min", np.full(shape, low)
    yield "corner: all max", np.full(shape, high)
    turns = np.arange(int(np.prod(shape))).reshape(shape) % 2
    yield "corner: alternating", np.where(turns, low, high)
    yield "corner: alternating, other phase", np.where(turns, high, low)
    size = turns.size
    for place in (0, size // 2, size - 1):
        hot = np.zeros(size, np.int64)
        hot[place] = high
        yield f"corner: one-hot {place}", hot.reshape(shape)
    for i in range(NOISE):
        yield f"corner: random {i}", _noise(rng, shape, domain)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], domain: Interval) -> IntArray:
    return rng.integers(domain.low, domain.high, shape, np.int64, endpoint=True)
