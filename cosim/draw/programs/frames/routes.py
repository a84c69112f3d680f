"""Route tables: which lanes are drained, by whose entries, and where each tile writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from draw.programs.frames.blocks import Stretch
from draw.programs.frames.numbers import (
    Rng,
    Term,
    between,
    chance,
    fit,
    reach,
    signed,
    spread,
    step,
)
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.tables import Run, Slot, wrap

MOST_SLOTS = 4
MOST_WORDS = 45
"""Entries that a table may take where values are written once more."""


@dataclass(frozen=True)
class Writing:
    """What a frame says of writing, the same for all tiles."""

    groups: int
    out_base: int
    out_group: int
    out_lane: int
    param_base: int
    param_group: int
    param_lane: int
    inner: Term
    """Step and number of a value's own parameter entries: of its thresholds, or of its items."""
    lane_entries: bool
    """Lanes have entries of their own: in a vector frame they do not."""
    low: int
    """Write addresses from here up to but without `high`."""
    high: int
    params: range
    lanes: int
    listeners: Sequence[int]
    """Tiles that may listen, and tiles that there is something to hear of."""
    sources: Sequence[int]

    def out_terms(self, run: Run, lanes: int) -> list[Term]:
        return [
            (signed(run.step), run.repeats),
            (signed(self.out_group), self.groups),
            (signed(self.out_lane), lanes),
        ]

    def param_terms(self, lanes: int) -> list[Term]:
        own = [(signed(self.param_lane), lanes)] if self.lane_entries else []
        return [(signed(self.param_group), self.groups), *own, self.inner]


def steps_of(rng: Rng, groups: int, lanes: int, room: int) -> tuple[int, int]:
    """Steps of the write address from group to group and from lane to lane."""
    return wrap(step(rng, groups, room // 4)), wrap(step(rng, lanes, room // 4))


def mac_lists(rng: Rng, passes: int, lanes: int) -> list[tuple[int, list[range]]]:
    """Repetitions, and the lanes of every slot of a list; a list is a pass.

    No slots: the list of the RUN before once more.
    """
    found = list[tuple[int, list[range]]]()
    while passes:
        repeats = between(rng, 1, min(passes, 4))
        slots = [_lanes(rng, lanes, lanes) for _ in range(between(rng, 1, MOST_SLOTS))]
        if found and repeats <= found[-1][0] and chance(rng, 0.3):
            slots = []
        found.append((repeats, slots))
        passes -= repeats
    return found


def vector_lists(rng: Rng, values: int, lanes: int) -> list[tuple[int, list[range]]]:
    """The same where each lane of a slot is a value, so many values a group."""
    found = []
    while values:
        repeats = between(rng, 1, min(values, 4))
        slots, left = list[range](), values // repeats
        while left and len(slots) < MOST_SLOTS and not (slots and chance(rng, 0.3)):
            slots.append(_lanes(rng, lanes, left))
            left -= len(slots[-1])
        found.append((repeats, slots))
        values -= repeats * sum(map(len, slots))
    return found


def route(
    rng: Rng, writes: Writing, lists: Sequence[tuple[int, list[range]]], tiles: int
) -> list[tuple[Stretch, ...]]:
    """Every tile's table: what of it does not count is noise."""
    tables: list[list[Stretch]] = [[] for _ in range(tiles)]
    spare = MOST_WORDS - sum(1 + len(slots) for _, slots in lists)
    for repeats, slots in lists:
        room = (writes.high - writes.low) // 4
        run = Run(start=between(rng, 0, 0xFFFF), step=wrap(step(rng, repeats, room)))
        run = replace(run, repeats=repeats)
        if not slots:
            for table in tables:
                table.append(Stretch(replace(table[-1].run, repeats=repeats), table[-1].entries))
            continue
        leads = [_lead(rng, writes, lanes) for lanes in slots]
        if not writes.lane_entries:
            leads = _once_more(rng, leads, spare)
            spare -= len(leads) - len(slots)
        for tile, table in enumerate(tables):
            slots_ = tuple(_slot(rng, writes, run, lead, tile) for lead in leads)
            table.append(Stretch(run, slots_))
    return [tuple(table) for table in tables]


def places(writes: Writing, stretches: Sequence[Stretch]) -> Iterator[tuple[int, IntArray]]:
    """Source and write addresses of every slot that a tile listens to."""
    for stretch in stretches:
        for slot in stretch.entries:
            assert isinstance(slot, Slot)
            if slot.listens:
                terms = writes.out_terms(stretch.run, slot.last - slot.first + 1)
                yield slot.source, (writes.out_base + slot.address + spread(terms)) & 0xFFFF


def entries(writes: Writing, stretches: Sequence[Stretch]) -> Iterator[IntArray]:
    """Parameter entries of every slot."""
    for stretch in stretches:
        for slot in stretch.entries:
            assert isinstance(slot, Slot)
            if slot.again and not writes.lane_entries:
                continue
            terms = writes.param_terms(slot.last - slot.first + 1)
            yield (writes.param_base + slot.param + spread(terms)) & 0xFFFF


def room_left(params: range, terms: Sequence[Term]) -> int:
    """How far a further step may reach among the entries."""
    down, up = reach(terms)
    return len(params) - 1 - (up - down)


def _lanes(rng: Rng, lanes: int, most: int) -> range:
    count = between(rng, 1, min(lanes, most))
    first = between(rng, 0, lanes - count)
    return range(first, first + count)


def _lead(rng: Rng, writes: Writing, lanes: range) -> Slot:
    """What of a slot holds for all tiles."""
    entry = fit(rng, writes.params.start, writes.params.stop, writes.param_terms(len(lanes)))
    noise = int(writes.lane_entries and chance(rng, 0.3))
    param = wrap(entry - writes.param_base)
    return Slot(first=lanes[0], last=lanes[-1], param=param, again=noise)


def _once_more(rng: Rng, leads: Sequence[Slot], spare: int) -> list[Slot]:
    """The slots, and in up to `spare` others the values of those of one lane once more."""
    found = list[Slot]()
    for lead in leads:
        found.append(lead)
        while lead.first == lead.last and spare > 0 and chance(rng, 0.7):
            lane, param = between(rng, 0, 63), between(rng, 0, 0xFFFF)
            found.append(Slot(first=lane, last=lane, param=param, again=1))
            spare -= 1
    return found


def _slot(rng: Rng, writes: Writing, run: Run, lead: Slot, tile: int) -> Slot:
    lanes = lead.last - lead.first + 1
    address = fit(rng, writes.low, writes.high, writes.out_terms(run, lanes))
    return replace(
        lead,
        address=wrap(address - writes.out_base),
        source=int(rng.choice(writes.sources)),
        listens=int(tile in writes.listeners and chance(rng, 0.75)),
    )
