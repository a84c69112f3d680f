"""Parameter entries of all kinds, as they lie in memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from draw.programs.frames.numbers import Rng, between, chance
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec
from tercet.targets.fabric.format.spec import (
    ADD_BITS,
    MUL_BITS,
    PARAM_BYTES,
    SHIFT_BITS,
    FabricSpec,
)

RESULT_BITS = Exec.layout()["low"].width
MOST_ADD, MOST_SHIFT = 1 << 55, 50
TABLE = 8
"""Results of an entry of a table."""


@dataclass(frozen=True)
class Kinds:
    """Which of a tile's entries are what."""

    products: range
    thresholds: range
    tables: range


def kinds(rng: Rng, spec: FabricSpec) -> Kinds:
    """Borders drawn so that a table of every activation has room."""
    depth = spec.param_depth
    first = between(rng, depth // 4, depth // 3)
    second = between(rng, depth // 2, depth * 7 // 12)
    return Kinds(range(first), range(first, second), range(second, depth))


def entry(rng: Rng, spec: FabricSpec, kind: str, results: range) -> bytes:
    """16 bytes; what does not count is noise. A table's results lie in `results`."""
    return {"products": _product, "thresholds": _threshold, "tables": _table}[kind](
        rng, spec, results
    )


def image(rng: Rng, spec: FabricSpec, parts: Kinds, at: range, results: range) -> bytes:
    """Entries `at` of a tile."""
    names = {n: kind for kind in ("products", "thresholds", "tables") for n in getattr(parts, kind)}
    return b"".join(entry(rng, spec, names[n], results) for n in at)


def _product(rng: Rng, spec: FabricSpec, results: range) -> bytes:
    """B, M and s: some spread sums over the results, some fall on halves, some are anything."""
    kind = rng.random()
    if kind < 0.5:
        shift = between(rng, 4, MOST_SHIFT)
        size = 2.0 ** (shift + 8 - rng.uniform(6, spec.acc_width))
        mul, add = _magnitude(rng, min(size, 2**31 - 1)), _magnitude(rng, 2.0 ** (shift + 6))
    elif kind < 0.8:
        shift = between(rng, 1, 12)
        mul = (1 << (shift - 1)) * int(rng.choice([-1, 1]))
        add = (1 << (shift - 1)) - 1 + (between(rng, -40, 40) << (shift - 1))
    else:
        shift = between(rng, 0, MOST_SHIFT)
        mul, add = _magnitude(rng, 2**31 - 1), _magnitude(rng, MOST_ADD)
    return _packed(
        (add, ADD_BITS), (mul, MUL_BITS), (shift, SHIFT_BITS), (between(rng, 0, 999), 32)
    )


def _threshold(rng: Rng, spec: FabricSpec, results: range) -> bytes:
    step = _magnitude(rng, 2.0 ** rng.uniform(0, spec.acc_width - 1) - 1)
    if chance(rng, 0.05):
        step = int(rng.choice([-1 << (spec.acc_width - 1), (1 << (spec.acc_width - 1)) - 1]))
    return _packed((step, spec.acc_width), (int(rng.integers(1 << 63)), 128 - spec.acc_width))


def _table(rng: Rng, spec: FabricSpec, results: range) -> bytes:
    values: IntArray = rng.integers(results.start, results.stop, TABLE)
    parts = [(value, RESULT_BITS) for value in values.tolist()]
    return _packed(*parts, (int(rng.integers(1 << 48)), 48))


def _magnitude(rng: Rng, most: float) -> int:
    return int(rng.uniform(-most, most))


def _packed(*fields: tuple[int, int]) -> bytes:
    word, at = 0, 0
    for value, width in fields:
        word |= (value & ((1 << width) - 1)) << at
        at += width
    return word.to_bytes(PARAM_BYTES, "little")


def bytes_of(data: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)
