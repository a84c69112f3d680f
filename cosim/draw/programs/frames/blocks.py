"""The layout of a frame's entries in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from draw.programs.frames.numbers import Rng, between
from tercet.targets.fabric.format.tables import Run, Segment, Slot

Entries = tuple[Segment | Slot, ...]


@dataclass(frozen=True)
class Stretch:
    """A RUN and its list, whose place `lay` decides."""

    run: Run
    entries: Entries


@dataclass(frozen=True)
class Block:
    """Words of a table, and those of them that the frame reads."""

    words: list[int]
    used: list[int]
    """The offsets of the words that the frame reads."""


def needed(stretches: Sequence[Stretch]) -> int:
    """Words that the RUNs and lists take; RUNs may share a list."""
    return len(stretches) + sum(map(len, lists_of(stretches).values()))


def lists_of(stretches: Sequence[Stretch]) -> dict[int, Entries]:
    """Every list once; RUNs share a list that is the same object."""
    return {id(stretch.entries): stretch.entries for stretch in stretches}


def spots(rng: Rng, stretches: Sequence[Stretch], first: int, size: int) -> list[int]:
    """The begin of each list in a block of `size` words, in random order behind the RUNs."""
    at = first + len(stretches) + between(rng, 0, size - first - needed(stretches))
    lists, found = list(lists_of(stretches).items()), dict[int, int]()
    for i in rng.permutation(len(lists)).tolist():
        key, entries = lists[i]
        found[key] = at
        at += len(entries)
    return [found[id(stretch.entries)] for stretch in stretches]


def lay(
    rng: Rng, stretches: Sequence[Stretch], first: int, at: Sequence[int], base: int, size: int
) -> Block:
    """RUNs from offset `first` on, lists at offsets `at`, and noise around them.

    The block of `size` words begins at entry `base` of the table.
    """
    words = [int(word) for word in rng.integers(0, 1 << 63, size)]
    used: list[int] = []
    for i, (stretch, place) in enumerate(zip(stretches, at, strict=True)):
        count, last = len(stretch.entries), i == len(stretches) - 1
        run = replace(stretch.run, list=base + place, count=count, last=int(last))
        words[first + i] = run.encode()
        words[place : place + count] = [entry.encode() for entry in stretch.entries]
        used += [first + i, *range(place, place + count)]
    return Block(words, used)
