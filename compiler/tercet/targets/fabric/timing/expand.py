"""Lists of all segments that a tile visits and all slots that are drained, from the tables.

Addresses are complete except for the lane's step. Entries beyond a table or a bank, or of size 0,
are refused here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Exec, Kind
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.format.tables import Entry, Run, Segment, Slot

Words = npt.NDArray[np.uint64]
"""Entries of a table [depth]."""
Numbers = npt.NDArray[np.int64]
Addresses = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]


SEGMENT = np.dtype(
    [
        *((name, np.uint16) for name in ("act", "column", "length")),
        *((name, np.uint8) for name in ("end", "triple", "fresh")),
    ]
)
"""A segment that a tile visits. `fresh`: the first one of a RUN."""
SLOT = np.dtype(
    [
        *((name, np.uint16) for name in ("entry", "offset", "param", "first", "last")),
        *((name, np.uint8) for name in ("again", "begin", "end", "fresh")),
    ]
)
"""A slot that is drained: its entry of the route table (where each tile has its own address, source
and `listens`), the number to add to each tile's address, the first parameter entry, the lanes;
whether it writes the value before again; whether a list, and so a pass, begins or ends here."""
Segments = npt.NDArray[np.void]
"""The segments of one tile, in order [N]."""
Slots = npt.NDArray[np.void]


def field(kind: type[Entry], name: str, words: Words) -> Numbers:
    """One field of entries."""
    at = kind.layout()[name]
    shifted: Numbers = (words >> np.uint64(at.low)).astype(np.int64) & ((1 << at.width) - 1)
    return shifted


@dataclass(frozen=True)
class _Run:
    """A RUN of a frame: entry numbers of its list, and the addends of each repetition and group."""

    entries: Numbers
    """[count]."""
    moves: Numbers
    """Addend of the address, by repetition [repeats]."""
    group: Numbers
    """The number of a group [groups]."""

    def each(self, values: Numbers, step: int, *, moves: bool) -> Addresses:
        """Addresses [repeats * groups * count] from the list's own values [count]."""
        base = self.moves if moves else 0 * self.moves
        found = base[:, None, None] + (self.group * step)[:, None] + values
        return (found & 0xFFFF).astype(np.uint16).ravel()


def _runs(words: Words, first: int, groups: int, table: str) -> Iterator[_Run]:
    at, last = first, False
    while not last:
        if at >= len(words):
            raise ValueError(f"RUN {at} lies beyond the {table} table")
        word = words[at : at + 1]
        start, step, begin, count, repeats = (
            int(field(Run, name, word)[0]) for name in ("start", "step", "list", "count", "repeats")
        )
        if not count or not repeats:
            raise ValueError(f"RUN {at} of the {table} table: {count} entries, {repeats} repeats")
        if begin + count > len(words):
            raise ValueError(f"RUN {at}: its list ends beyond the {table} table")
        moves = (start if table == "walk" else 0) + step * np.arange(repeats)
        yield _Run(np.arange(begin, begin + count), moves, np.arange(groups))
        last = bool(field(Run, "last", word)[0])
        at += 1


def expand_walk(spec: FabricSpec, frame: Exec, words: Words) -> Segments:
    """The segments of one tile by its walk table. Raises ValueError."""
    runs = _runs(words, frame.walk, frame.groups, "walk")
    found = np.concatenate([_segments(frame, run, words) for run in runs])
    _check(found["act"], found["length"], spec.bank_b_depth, "activation")
    if frame.kind == Kind.MAC:
        _check(found["column"], found["length"], spec.bank_a_depth, "column")
    elif (found["length"] > 1).any() or found["triple"].any():
        raise ValueError("a vector frame's segments have one item or none, and no triple")
    return found


def _segments(frame: Exec, run: _Run, words: Words) -> Segments:
    list_of = {name: field(Segment, name, words[run.entries]) for name in Segment.layout()}
    acts = run.each(list_of["act"] + frame.act_base, frame.act_group, moves=True)
    found = np.zeros(len(acts), SEGMENT)
    found["act"] = acts
    found["column"] = run.each(list_of["column"] + frame.column_base, frame.col_group, moves=False)
    for name in ("length", "end", "triple"):
        found[name] = run.each(list_of[name], 0, moves=False)
    found["fresh"][0] = True
    return found


def _check(first: Addresses, length: Addresses, depth: int, what: str) -> None:
    last = first.astype(np.int64) + length
    if (last[length > 0] > depth).any():
        raise ValueError(f"{what} {int(last[length > 0].max()) - 1} lies beyond its bank")


def expand_route(spec: FabricSpec, frame: Exec, words: Words) -> Slots:
    """The slots of a frame by tile 0's route table; none for a chain. Raises ValueError."""
    if frame.chain:
        return np.zeros(0, SLOT)
    runs = _runs(words, frame.route, frame.groups, "route")
    found = np.concatenate([_slots(frame, run, words) for run in runs])
    if (found["first"] > found["last"]).any():
        raise ValueError("a slot's last lane comes before its first")
    if frame.kind == Kind.MAC and (found["last"] >= spec.lanes).any():
        raise ValueError(f"a slot drains lane {found['last'].max()} of {spec.lanes}")
    _check_again(found)
    return found


def _check_again(slots: Slots) -> None:
    again, one_lane = slots["again"] != 0, slots["first"] == slots["last"]
    follows = np.roll(one_lane, 1) & (slots["begin"] == 0)
    if (again & ~(one_lane & follows)).any():
        raise ValueError("a slot once more has one lane, and follows one of one lane in its list")


def _slots(frame: Exec, run: _Run, words: Words) -> Slots:
    list_of = {name: field(Slot, name, words[run.entries]) for name in Slot.layout()}
    offset = run.each(0 * run.entries + frame.out_base, frame.out_group, moves=True)
    place = np.arange(len(run.entries))
    found = np.zeros(len(offset), SLOT)
    found["entry"] = run.each(run.entries, 0, moves=False)
    found["offset"] = offset
    found["param"] = run.each(list_of["param"] + frame.param_base, frame.param_group, moves=False)
    for name in ("first", "last"):
        found[name] = run.each(list_of[name], 0, moves=False)
    if frame.kind == Kind.VECTOR:
        found["again"] = run.each(list_of["again"], 0, moves=False)
    found["begin"] = run.each(place == 0, 0, moves=False)
    found["end"] = run.each(place == place[-1], 0, moves=False)
    found["fresh"][0] = True
    return found
