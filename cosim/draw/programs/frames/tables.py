"""The tables of an EXEC frame: a block for every tile, loaded before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from draw.programs.frames.blocks import Stretch, lay, lists_of, needed, spots
from draw.programs.frames.builder import Builder
from draw.programs.frames.numbers import between
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Bank, Load
from tercet.targets.fabric.format.tables import MOST_REPEATS, Run, Segment, Slot


@dataclass(frozen=True)
class Placed:
    """Where the first RUN stands, and the entries that each tile reads."""

    first: int
    used: list[IntArray]


def place(b: Builder, bank: Bank, depth: int, tiles: Sequence[Sequence[Stretch]]) -> Placed:
    """Load the tables of all tiles; those that are all the same, at once."""
    first = between(b.rng, 0, 2)
    size = max(map(needed, tiles)) + first + between(b.rng, 0, 3)
    assert size <= depth, "a table that has no room"
    half = depth // 2 if size <= depth // 2 else 0
    low = half * (b.blocks % 2)
    base = between(b.rng, low, low + (half or depth) - size)
    b.blocks += 1
    kept = tiles[:1] if all(each == tiles[0] for each in tiles) else tiles
    shared = spots(b.rng, tiles[0], first, size)
    # tile 0's route table places the lists of all tiles
    own = [spots(b.rng, each, first, size) if bank is Bank.WALK else shared for each in kept]
    if bank is Bank.ROUTE:
        kept = [kept[0], *(_noisy(b, each) for each in kept[1:])]
    blocks = [
        lay(b.rng, stretches, first, at, base, size)
        for stretches, at in zip(kept, own, strict=True)
    ]
    data = [np.array(block.words, "<u8").tobytes() for block in blocks]
    b.load(Load(bank=bank), data, range(base, base + size))
    each = len(tiles) // len(kept)
    used = [base + np.array(block.used) for block in blocks for _ in range(each)]
    return Placed(base + first, used)


def _noisy(b: Builder, stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches with noise in the fields that only tile 0's route table determines."""
    lists = {key: _noise(b, entries) for key, entries in lists_of(stretches).items()}
    return [
        Stretch(
            Run(
                start=between(b.rng, 0, 0xFFFF),
                step=between(b.rng, 0, 0xFFFF),
                repeats=between(b.rng, 0, MOST_REPEATS),
            ),
            lists[id(stretch.entries)],
        )
        for stretch in stretches
    ]


def _noise(b: Builder, slots: Sequence[Segment | Slot]) -> tuple[Slot, ...]:
    found = []
    for slot in slots:
        assert isinstance(slot, Slot)
        first, last = between(b.rng, 0, 63), between(b.rng, 0, 63)
        found.append(replace(slot, first=first, last=last, param=between(b.rng, 0, 0xFFFF)))
    return tuple(found)
