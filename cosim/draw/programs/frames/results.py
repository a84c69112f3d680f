"""Where an EXEC frame's results go, and what post-processing does to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from draw.programs.frames import routes, tables
from draw.programs.frames.access import Access, Place
from draw.programs.frames.builder import Builder
from draw.programs.frames.numbers import Term, between, chance, step
from draw.programs.frames.routes import Writing
from tercet.targets.fabric.format.frame import Bank, Exec, Kind, Mode
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD
from tercet.targets.fabric.format.tables import wrap

BEYOND = 70
"""Entries that a table may take behind the one that it begins with."""
WIDE_UNIT = 2
"""Sums in a word of bank C."""


@dataclass(frozen=True)
class Area:
    """Where results may go: activations of bank B, or bytes or sums of bank C."""

    to_c: bool
    wide: bool
    low: int
    high: int

    @property
    def unit(self) -> int:
        """Results in a word."""
        return WORD if not self.to_c else WIDE_UNIT if self.wide else BUS_BYTES


def area(b: Builder, apart: range, *, may_be_wide: bool) -> Area:
    """Bank C, or the activations `apart` from those that are read."""
    if chance(b.rng, 0.6):
        return Area(False, False, apart.start, apart.stop)
    wide = may_be_wide and chance(b.rng, 0.5)
    return Area(True, wide, 0, b.spec.out_depth * (WIDE_UNIT if wide else BUS_BYTES))


def cut(b: Builder) -> tuple[range, range]:
    """Two parts of bank B: one to read, one to write."""
    depth = b.spec.bank_b_depth
    at = between(b.rng, depth // 4, depth * 3 // 4)
    parts = range(at), range(at, depth)
    return parts if chance(b.rng, 0.5) else (parts[1], parts[0])


def finishing(b: Builder, mode: Mode, to: Area, entries: int) -> Exec:
    """Fields that make a result of a sum or of items; all results fit where they go."""
    held = b.results
    zero = between(b.rng, held.start, held.stop - 1)
    low, high = sorted(between(b.rng, held.start, held.stop - 1) for _ in range(2))
    if chance(b.rng, 0.6):
        low, high = held.start, held.stop - 1
    if mode is Mode.THRESHOLD:
        low = between(b.rng, held.start, held.stop - 1 - entries)
    offset = 0
    if mode is Mode.GREATEST:
        offset = between(b.rng, -256, 256) if to.to_c else zero
    if mode is Mode.TABLE:
        offset = between(b.rng, 255, 263)
    return Exec(
        mode=mode,
        to_c=int(to.to_c),
        wide=int(to.wide),
        low=low,
        high=high,
        zero_point=zero,
        offset=offset,
        entries=1,
    )


def writing(b: Builder, frame: Exec, to: Area, sources: Sequence[int], inner: int) -> Writing:
    """How the frame writes; a value has `inner` parameter entries."""
    lanes, mac = b.spec.lanes, frame.kind == Kind.MAC
    params = _params(b, Mode(frame.mode))
    terms: list[Term] = [(1, inner)]
    own = step(b.rng, lanes if mac else inner, max(routes.room_left(params, terms) // 2, 0))
    if mac and chance(b.rng, 0.5) and inner * lanes < len(params) // 2:
        own = inner
    if not mac:
        terms = [(own, inner)]
    group_room = routes.room_left(params, [*terms, (own, lanes if mac else 1)])
    out_group, out_lane = routes.steps_of(b.rng, frame.groups, lanes, to.high - to.low)
    return Writing(
        groups=frame.groups,
        out_base=between(b.rng, to.low, to.high - 1),
        out_group=out_group,
        out_lane=out_lane,
        param_base=between(b.rng, params.start, params.stop - 1),
        param_group=wrap(step(b.rng, frame.groups, max(group_room, 0))),
        param_lane=wrap(own),
        inner=terms[0],
        lane_entries=mac,
        low=to.low,
        high=to.high,
        params=params,
        lanes=lanes,
        listeners=range(b.spec.tiles),
        sources=sources,
    )


def routed(
    b: Builder,
    frame: Exec,
    to: Area,
    writes: Writing,
    lists: Sequence[tuple[int, list[range]]],
    access: Access,
) -> Exec:
    """The frame with its route table loaded; what it writes is entered in `access`."""
    tiles = routes.route(b.rng, writes, lists, b.spec.tiles)
    placed = tables.place(b, Bank.ROUTE, b.spec.route_depth, tiles)
    for tile, table in enumerate(tiles):
        access.reads.append((Place.ROUTE, tile, placed.used[tile]))
        for at in routes.entries(writes, table):
            access.reads.append((Place.PARAMETERS, tile, at))
        if to.to_c and tile:
            continue
        place = Place.OUTPUTS if to.to_c else Place.ACTIVATIONS
        for _, at in routes.places(writes, table):
            access.writes.append((place, tile, np.unique(at // to.unit)))
    if frame.mode == Mode.TABLE:
        everything = np.arange(writes.params.start, b.spec.param_depth)
        access.reads.extend((Place.PARAMETERS, t, everything) for t in range(b.spec.tiles))
    return replace(
        frame,
        route=placed.first,
        out_base=writes.out_base,
        out_group=writes.out_group,
        out_lane=writes.out_lane,
        param_base=writes.param_base,
        param_group=writes.param_group,
        param_lane=writes.param_lane,
    )


def _params(b: Builder, mode: Mode) -> range:
    if mode is Mode.THRESHOLD:
        return b.kinds.thresholds
    if mode is Mode.TABLE:
        return range(b.kinds.tables.start, b.kinds.tables.stop - BEYOND)
    return b.kinds.products
