"""The exact timeline of one EXEC frame.

Cycle 0 is that of start_i. The inner loop is compiled when it is first called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tercet.targets.fabric.format.frame import Exec, Kind, Mode
from tercet.targets.fabric.format.records import COUNTS
from tercet.targets.fabric.format.spec import FIFO_DEPTH, FabricSpec
from tercet.targets.fabric.timing.compiled import compiled
from tercet.targets.fabric.timing.expand import (
    Flags,
    Numbers,
    Segments,
    Slots,
    Words,
    expand_route,
    expand_walk,
)
from tercet.targets.fabric.timing.route import ROUTE, emit, move_on, ready
from tercet.targets.fabric.timing.tile import NOTHING, TILE, step, walk_idle

POST = 7
"""Cycles from an emission to its write, without those of the adder tree."""
EXPORT = 2
"""Cycles from the read of a word to its write."""
CHAIN_LEAST = 4
QUIET = 64
"""Cycles without any event after which a frame counts as hung."""


@dataclass(frozen=True)
class ExecTime:
    """The timeline of a frame."""

    cycles: int
    """Cycles that the EXEC engine is busy, from the frame's start to its last cycle."""
    writes: Numbers
    """The cycles, counted from the start, in which a value is written (writing_o)."""
    passes: int
    columns: Numbers
    """Columns by tile [T]; `issued`, `skip_act` and `skip_wgt` say what became of them."""
    issued: Numbers
    skip_act: Numbers
    skip_wgt: Numbers
    first: Numbers
    """Cycle in which each tile issues its first column, or item; -1: none."""
    last: Numbers


def exec_time(
    spec: FabricSpec,
    frame: Exec,
    walk: Words,
    route: Words,
    nonzero: Flags,
    columns: Flags,
) -> ExecTime:
    """The timeline of a frame with the given contents of the banks.

    `walk` [T, depth] and `route` [depth] (tile 0's) are tables as loaded; `nonzero` [T, depth of
    bank B] tells which activations are not zero, `columns` [T, depth of bank A] which weight
    columns. Raises ValueError where the fabric would report an error, or hang.
    """
    check(spec, frame)
    if frame.kind == Kind.EXPORT:
        return export_time(spec, frame)
    segments = [
        expand_walk(spec, frame, walk[t]) if frame.mask >> t & 1 else None
        for t in range(spec.tiles)
    ]
    return frame_time(spec, frame, segments, expand_route(spec, frame, route), nonzero, columns)


def export_time(spec: FabricSpec, frame: Exec) -> ExecTime:
    """The timeline of an export, which writes a word a cycle without delays."""
    none = np.zeros(spec.tiles, np.int64)
    words = frame.groups * frame.tiles
    writes = np.zeros(0, np.int64)
    return ExecTime(words + EXPORT, writes, 0, none, none, none, none, none - 1, none - 1)


def frame_time(
    spec: FabricSpec,
    frame: Exec,
    segments: Sequence[Segments | None],
    slots: Slots,
    nonzero: Flags,
    columns: Flags,
) -> ExecTime:
    """The same as `exec_time`, from expanded tables; None for a tile outside of the mask."""
    vector = frame.kind == Kind.VECTOR
    used = np.array([t for t, part in enumerate(segments) if part is not None])
    tiles = np.zeros(spec.tiles, TILE)
    for name in ("stage", "pipe1", "pipe2", "first", "last"):
        tiles[name] = NOTHING
    flat, spans = joined(segments)
    tiles["next"][used], tiles["stop"][used] = spans
    route = np.zeros(1, ROUTE)
    route["stage"] = route["slot"] = route["finish"] = NOTHING
    route["stop"] = len(slots)
    writes, post = np.zeros(values_of(slots), np.int64), POST + spec.reduce_stages
    kind = (vector, bool(frame.dense), bool(frame.chain), 0 if vector else frame.entries, post)
    cycles = _run(tiles, route, flat, slots, nonzero, columns, used, kind, writes)
    if cycles < 0:
        raise ValueError(_REASONS[cycles])
    return ExecTime(
        cycles=cycles,
        writes=writes + post,
        passes=0 if vector else int(route["passes"][0]),
        **{name: tiles[name] for name in COUNTS},
        first=tiles["first"],
        last=tiles["last"],
    )


_HANGS, _LEFT = -1, -2
_REASONS = {
    _HANGS: "results without passes: it never ends (size)",
    _LEFT: "passes are left without results (size)",
}


def check(spec: FabricSpec, frame: Exec) -> None:
    """Raise ValueError if the fields of a frame contradict each other or the fabric."""
    chain, mac, tiles = bool(frame.chain), frame.kind == Kind.MAC, spec.tiles
    export = frame.kind == Kind.EXPORT
    for wrong, why in (
        (frame.kind not in list(Kind), f"no kind {frame.kind}"),
        (frame.mode not in list(Mode), f"no mode {frame.mode}"),
        (not frame.groups, "no groups (size)"),
        (export and frame.tile >= tiles, f"tile {frame.tile} of {tiles} tiles (mask)"),
        (export and frame.tile_step >= tiles, f"tile_step {frame.tile_step} (mask)"),
        (1 << frame.log2_tk > tiles, f"log2_tk {frame.log2_tk} is more than all tiles (size)"),
        (mac and not chain and not frame.entries, "no entries (size)"),
        (not mac and chain, "only sums can be a chain (size)"),
        (export and not frame.tiles, "nothing to export (size)"),
        (
            frame.kind == Kind.VECTOR and not frame.mask & 1,
            "tile 0 must tell where values end (mask)",
        ),
    ):
        if wrong:
            raise ValueError(why)


def joined(parts: Sequence[Segments | None]) -> tuple[Segments, Numbers]:
    """The segments of several tiles, concatenated; first and last + 1 of each tile [2, N].

    Tiles with the same segments share one copy.
    """
    kept = [part for part in parts if part is not None]
    own = {id(part): part for part in kept}
    ends = dict(zip(own, np.cumsum([len(part) for part in own.values()]), strict=True))
    stops = np.array([ends[id(part)] for part in kept])
    starts = stops - [len(part) for part in kept]
    return np.concatenate(list(own.values())), np.stack([starts, stops])


def values_of(slots: Slots) -> int:
    """Number of values that a frame writes."""
    return int((slots["last"].astype(np.int64) - slots["first"] + 1).sum())


@compiled
def _all_idle(tiles: Any, used: Any) -> bool:
    busy = 0
    for t in used:
        busy += int(not walk_idle(tiles[t]))
    return busy == 0


@compiled
def _any_moved(tiles: Any, used: Any) -> bool:
    moved = 0
    for t in used:
        moved |= tiles[t].moved
        tiles[t].moved = 0
    return moved != 0


@compiled
def _ended(tiles: Any, route: Any, used: Any, now: int, chain: bool, post: int) -> int:
    """The frame's cycles if it ends now, 0 if it goes on."""
    if chain:
        return now if now >= CHAIN_LEAST and _all_idle(tiles, used) else 0
    if route.finish == NOTHING or now < route.finish + post:
        return 0
    return now if _all_idle(tiles, used) else _LEFT


@compiled
def _run(
    tiles: Any,
    routes: Any,
    segments: Any,
    slots: Any,
    nonzero: Any,
    columns: Any,
    used: Any,
    kind: Any,
    writes: Any,
) -> int:
    """All cycles of a frame; `kind` is (vector, dense, chain, entries, post)."""
    vector, dense, chain, entries, post = kind
    route, how = routes[0], (vector, dense)
    fifo = np.zeros((len(tiles), FIFO_DEPTH), np.int64)
    now = quiet = 0
    while quiet < QUIET:
        now += 1
        ends = _ended(tiles, route, used, now, chain, post)
        if ends != 0:
            return ends
        go = ready(route, tiles, used, vector)
        takes = release = go and route.again == 0
        if go:
            item_ends = route.again != 0 or tiles[0].item_end != 0
            release = emit(route, slots, now, entries, item_ends, writes)
        move_on(route, slots)
        quiet = 0 if go else quiet + 1
        for t in used:
            step(tiles, t, fifo, segments, nonzero, columns, now, how, takes if vector else release)
        if _any_moved(tiles, used):
            quiet = 0
    return _HANGS
