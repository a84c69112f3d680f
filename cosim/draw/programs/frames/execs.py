"""EXEC frames of every kind."""

from dataclasses import replace

import numpy as np

from draw.programs.frames import items, results, routes, tables, walks
from draw.programs.frames.access import Access, Place
from draw.programs.frames.blocks import Stretch
from draw.programs.frames.builder import Builder
from draw.programs.frames.numbers import between, chance
from draw.programs.frames.walks import Reading
from tercet.targets.fabric.format.frame import Bank, Exec, Kind, Mode
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD

MOST_ENTRIES = 15
CARRIED = 4
"""A chain's sums are so much smaller that any other frame can go on with them."""
_ITEMS = {
    Mode.PRODUCT: range(1, items.MOST_ITEMS + 1),
    Mode.THRESHOLD: range(1, items.MOST_ITEMS + 1),
    Mode.GREATEST: range(1, items.MOST_ITEMS + 1),
    Mode.TABLE: range(1, 2),
    Mode.PRODUCT_OF_TWO: range(2, 3),
}


def mac(b: Builder, *, chain: bool) -> None:
    """Sums of columns; those of a chain stay in the lanes for the next such frame."""
    log2_tk = between(b.rng, 0, b.spec.tiles.bit_length() - 1)
    tk, mask = 1 << log2_tk, _mask(b, 1 << log2_tk)
    tiles = [t for t in range(b.spec.tiles) if mask >> t & 1]
    seen, apart = results.cut(b)
    groups, passes = between(b.rng, 1, 3), between(b.rng, 1, 5)
    reads = walks.reading(b.rng, groups, seen, b.spec.bank_b_depth, b.spec.bank_a_depth)
    most = ((1 << (b.spec.acc_width - 1)) - 1) // (CARRIED * b.spec.tiles if chain else tk)
    stretches: list[tuple[Stretch, ...]] = [()] * b.spec.tiles
    for t in tiles:
        stretches[t], b.carried[t] = walks.mac_walk(
            b.rng, reads, None if chain else passes, most, b.carried[t]
        )
    frame = replace(
        _reading(reads), mask=mask, dense=int(chance(b.rng, 0.2)), chain=int(chain), log2_tk=log2_tk
    )
    access = Access()
    if not chain:
        mode = Mode.PRODUCT if chance(b.rng, 0.6) else Mode.THRESHOLD
        to = results.area(b, apart, may_be_wide=mode is Mode.PRODUCT)
        entries = _entries(b, mode)
        frame = _with(frame, results.finishing(b, mode, to, entries), entries=entries)
        sources = [t for t in tiles if t % tk == 0]
        writes = results.writing(b, frame, to, sources, entries)
        lists = routes.mac_lists(b.rng, passes, b.spec.lanes)
        frame = results.routed(b, frame, to, writes, lists, access)
    _walk(b, frame, reads, stretches, access)


def _entries(b: Builder, mode: Mode) -> int:
    """Of a sum: many thresholds; one product, rarely several."""
    if mode is Mode.THRESHOLD:
        return between(b.rng, 1, 50 if chance(b.rng, 0.1) else MOST_ENTRIES)
    return between(b.rng, 2, 3) if chance(b.rng, 0.1) else 1


def vector(b: Builder) -> None:
    """Value by value, in any mode."""
    mode = Mode(between(b.rng, 0, len(Mode) - 1))
    mask = _mask(b, 1)
    tiles = [t for t in range(b.spec.tiles) if mask >> t & 1]
    seen, apart = results.cut(b)
    groups, count = between(b.rng, 1, 3), _ITEMS[mode]
    reads = walks.reading(b.rng, groups, seen, b.spec.bank_b_depth, b.spec.bank_a_depth)
    lead, values = items.leading(b.rng, reads, count)
    stretches: list[tuple[Stretch, ...]] = [()] * b.spec.tiles
    for t in tiles:
        stretches[t] = items.following(b.rng, reads, items.items_of(lead)) if t else lead
    to = results.area(b, apart, may_be_wide=mode in (Mode.PRODUCT, Mode.PRODUCT_OF_TWO))
    most = count.stop - 1
    frame = replace(_reading(reads), mask=mask, kind=Kind.VECTOR)
    frame = _with(frame, results.finishing(b, mode, to, most), entries=1)
    access = Access()
    writes = results.writing(b, frame, to, tiles, most)
    lists = routes.vector_lists(b.rng, values, b.spec.lanes)
    frame = results.routed(b, frame, to, writes, lists, access)
    _walk(b, frame, reads, stretches, access)


def export(b: Builder, words: range) -> None:
    """Words of bank C, from the banks B of some tiles."""
    spec, tiles = b.spec, 1
    while chance(b.rng, 0.5) and len(words) % (2 * tiles) == 0 and tiles < spec.tiles:
        tiles *= 2
    groups = len(words) // tiles
    while groups > spec.bank_b_depth // WORD:
        tiles, groups = 2 * tiles, groups // 2
    first, by = between(b.rng, 0, spec.tiles - 1), between(b.rng, 0, spec.tiles - 1)
    at = between(b.rng, 0, spec.bank_b_depth // WORD - groups)
    access = Access()
    for j in range(tiles):
        tile = (first + j * by) % spec.tiles
        access.reads.append((Place.ACTIVATIONS, tile, np.arange(at, at + groups)))
    access.writes.append((Place.OUTPUTS, 0, np.arange(words.start, words.stop)))
    frame = Exec(
        kind=Kind.EXPORT,
        mask=b.everyone,
        act_base=at * WORD,
        groups=groups,
        out_base=words.start,
        zero_point=between(b.rng, -128, 255),
        tile=first,
        tiles=tiles,
        tile_step=by,
    )
    b.add(frame, access)


def any_export(b: Builder) -> None:
    """A part of bank C."""
    count = between(b.rng, 1, min(b.spec.out_depth, b.spec.bank_b_depth // BUS_BYTES))
    first = between(b.rng, 0, b.spec.out_depth - count)
    export(b, range(first, first + count))


def _mask(b: Builder, tk: int) -> int:
    """All tiles; or some whole groups of input slices, the first among them."""
    if any(b.carried) or chance(b.rng, 0.7):
        return b.everyone
    groups = [g for g in range(b.spec.tiles // tk) if g == 0 or chance(b.rng, 0.5)]
    return sum(((1 << tk) - 1) << (g * tk) for g in groups)


def _reading(reads: Reading) -> Exec:
    return Exec(
        groups=reads.groups,
        act_base=reads.act_base,
        act_group=reads.act_group,
        column_base=reads.column_base,
        col_group=reads.col_group,
    )


def _with(frame: Exec, part: Exec, *, entries: int) -> Exec:
    """The frame with the fields of `part` that say how results are made."""
    names = ("mode", "to_c", "wide", "low", "high", "zero_point", "offset")
    return replace(frame, entries=entries, **{name: getattr(part, name) for name in names})


def _walk(
    b: Builder,
    frame: Exec,
    reads: Reading,
    stretches: list[tuple[Stretch, ...]],
    access: Access,
) -> None:
    """Load the walk tables and add the frame."""
    placed = tables.place(b, Bank.WALK, b.spec.walk_depth, stretches)
    for tile, walk in enumerate(stretches):
        if not walk:
            continue
        access.reads.append((Place.WALK, tile, placed.used[tile]))
        for acts, columns in walks.visits(reads, walk):
            access.reads.append((Place.ACTIVATIONS, tile, np.unique(acts // WORD)))
            if frame.kind == Kind.MAC:
                access.reads.append((Place.COLUMNS, tile, columns))
    b.add(replace(frame, walk=placed.first), access)
