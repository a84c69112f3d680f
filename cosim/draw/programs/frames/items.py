"""Walk tables of VECTOR frames: one item a segment, or an item of zero."""

from dataclasses import replace

from draw.programs.frames.blocks import Stretch, needed
from draw.programs.frames.numbers import Rng, between, chance, fit, split, step
from draw.programs.frames.walks import Reading
from tercet.targets.fabric.format.tables import Run, Segment, wrap

MOST_LISTED, MOST_ITEMS = 10, 6
"""Items of a list, and of a value."""
MOST_WORDS = 100
"""Entries that a tile's walk may take."""


def leading(rng: Rng, reads: Reading, items: range) -> tuple[tuple[Stretch, ...], int]:
    """Tile 0's walk, whose flags close the values; and how many values it makes a group.

    A value has a number of items among `items`.
    """
    stretches, values = [], 0
    for _ in range(between(rng, 1, 3)):
        repeats, ends = between(rng, 1, 3), list[int]()
        while not ends or (len(ends) < MOST_LISTED - MOST_ITEMS and chance(rng, 0.9)):
            ends += [0] * (between(rng, items.start, items.stop - 1) - 1) + [1]
        stretches.append(_stretch(rng, reads, repeats, ends))
        values += sum(ends) * repeats
    return tuple(stretches), values


def following(rng: Rng, reads: Reading, count: int) -> tuple[Stretch, ...]:
    """Another tile's walk of `count` items a group: its own repetitions, flags that say nothing."""
    while True:
        stretches = tuple(_part(rng, reads, part) for part in split(rng, count, 3 * MOST_LISTED))
        if needed(stretches) <= MOST_WORDS:
            return stretches


def items_of(stretches: tuple[Stretch, ...]) -> int:
    """Items a group."""
    return sum(stretch.run.repeats * len(stretch.entries) for stretch in stretches)


def _part(rng: Rng, reads: Reading, count: int) -> Stretch:
    repeats = next(n for n in (between(rng, 1, 4), 2, 1) if count % n == 0)
    ends = [int(chance(rng, 0.5)) for _ in range(count // repeats)]
    return _stretch(rng, reads, repeats, ends)


def _stretch(rng: Rng, reads: Reading, repeats: int, ends: list[int]) -> Stretch:
    room = (reads.high - reads.low) // 4
    run = Run(start=between(rng, 0, 0xFFFF), step=wrap(step(rng, repeats, room)), repeats=repeats)
    return Stretch(run, tuple(replace(_item(rng, reads, run), end=end) for end in ends))


def _item(rng: Rng, reads: Reading, run: Run) -> Segment:
    act = fit(rng, reads.low, reads.high, reads.act_terms(run))
    return Segment(
        act=wrap(act - reads.act_base - run.start),
        column=between(rng, 0, 0xFFFF),
        length=0 if chance(rng, 0.15) else 1,
    )
