"""The integers of an EXEC frame: its sums, items and results.

It works pass by pass and value by value, in the order of the tables. A frame that reads its own
results is refused, because these depend on the cycle of the read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tercet.targets.fabric.format.frame import Exec, Kind
from tercet.targets.fabric.format.spec import WORD, FabricSpec
from tercet.targets.fabric.format.tables import Slot
from tercet.targets.fabric.timing import Segments, Slots
from tercet.targets.fabric.timing.expand import Numbers, field
from tercet.targets.fabric.timing.time import joined, values_of
from tercet_golden.cycles.banks import Banks
from tercet_golden.cycles.lanes import CURSOR, RACE, SHORT
from tercet_golden.cycles.post import VALUE
from tercet_golden.cycles.values import FAILURES, run


@dataclass(frozen=True)
class Heard:
    """The values that a frame writes, in order."""

    results: Numbers
    """The results of every tile [values, T]."""
    sums: Numbers
    """The sums of every tile, behind the adder tree [values, T]."""
    active: Numbers
    """Columns in which a lane's operands were both nonzero [T, L]; empty unless requested."""


def execute(
    spec: FabricSpec,
    banks: Banks,
    frame: Exec,
    segments: Sequence[Segments | None],
    slots: Slots,
) -> Heard:
    """Execute a frame, except an export, and write its results to the banks. Raises ValueError."""
    used = np.array([t for t, part in enumerate(segments) if part is not None])
    flat, spans = joined(segments)
    cursors = np.zeros(spec.tiles, CURSOR)
    cursors["at"][used], cursors["stop"][used] = spans
    values = values_of(slots)
    heard = Heard(
        np.zeros((values, spec.tiles), np.int64),
        np.zeros((values, spec.tiles), np.int64),
        np.zeros((spec.tiles, spec.lanes if spec.telemetry > 1 else 0), np.int64),
    )
    written = np.zeros(banks.acts.shape, bool)
    failed = run(
        (cursors, used, flat, written, heard.active, np.zeros(spec.tiles, VALUE)),
        (banks.acts, banks.columns, banks.weights, banks.acc, banks.drain, banks.params, banks.out),
        (slots, *_own(banks, slots)),
        (heard.results, heard.sums),
        _how(spec, frame),
    )
    banks.overflow |= cursors["overflow"] != 0
    failed = min(failed, int(cursors["failed"].min()))
    if failed:
        raise ValueError(_REASONS.get(failed) or FAILURES[failed])
    return heard


_REASONS = {
    RACE: "it reads an activation that it has written itself",
    SHORT: "results without passes (size)",
}


def _own(banks: Banks, slots: Slots) -> tuple[Numbers, ...]:
    """For each tile and entry of the route table: address, source, and whether the tile listens."""
    own = tuple(field(Slot, name, banks.route) for name in ("address", "source", "listens"))
    _, source, listens = (part[:, slots["entry"]] for part in own)
    if (listens & (source >= len(banks.route))).any():
        raise ValueError("a slot's source is no tile (bank)")
    return own


def _how(spec: FabricSpec, frame: Exec) -> tuple[Any, ...]:
    """The frame's fields in the order of the kernel's arguments."""
    vector = frame.kind == Kind.VECTOR
    return (
        (vector, bool(frame.chain), 0 if vector else frame.entries, frame.log2_tk),
        (bool(frame.dense), spec.acc_width),
        (int(frame.mode), frame.low, frame.offset, spec.acc_width),
        (frame.high, bool(frame.wide)),
        (bool(frame.to_c), bool(frame.wide), frame.zero_point, frame.out_lane),
        frame.param_lane,
    )


def export(spec: FabricSpec, banks: Banks, frame: Exec) -> None:
    """Copy activations, plus their zero point, to bank C. Raises ValueError."""
    if frame.act_base % WORD:
        raise ValueError(f"act_base {frame.act_base} is not a multiple of {WORD}")
    count = WORD * frame.groups
    if frame.act_base + count > spec.bank_b_depth:
        raise ValueError("an export beyond bank B")
    first, last = WORD * frame.out_base, WORD * frame.out_base + count * frame.tiles
    if last > len(banks.out):
        raise ValueError("an export beyond bank C")
    tiles = (frame.tile + np.arange(frame.tiles) * frame.tile_step) % spec.tiles
    acts = banks.acts[tiles, frame.act_base : frame.act_base + count].astype(np.int64)
    banks.out[first:last] = (acts + frame.zero_point & 0xFF).astype(np.uint8).ravel()
