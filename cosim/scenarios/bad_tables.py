"""Tables that break one rule each; STATUS names the frame that walks them."""

from scenarios.good_program import (
    EXEC,
    LOAD,
    Bad,
    changed,
    entry,
    first_listed,
    first_run,
    good,
    loads,
)
from tercet.targets.fabric.format.frame import Bank, ErrorCode, Load
from tercet.targets.fabric.format.tables import Run, Segment, Slot

SAME = changed(LOAD)
FAR = 60_000
"""An address beyond every bank."""
e = ErrorCode


def bad_tables() -> list[Bad]:
    """All of them."""
    return [
        *(bad for bank in (Bank.WALK, Bank.ROUTE) for bad in _runs(bank)),
        *_segments(),
        *_slots(),
        _endless(),
    ]


def _runs(bank: Bank) -> list[Bad]:
    """RUNs of either table."""
    depth = good().plan.spec.walk_depth if bank is Bank.WALK else good().plan.spec.route_depth
    faults: tuple[tuple[str, ErrorCode, dict[str, int]], ...] = (
        ("a RUN of no entries", e.SIZE, {"count": 0}),
        ("a RUN of no repetitions", e.SIZE, {"repeats": 0}),
        ("a list beyond the table", e.BANK, {"list": depth}),
        ("repetitions that nothing answers", e.SIZE, {"repeats": 2}),
    )
    run = first_run(bank, EXEC)
    return [
        _bad(f"{bank.name}: {name}", code, entry(bank, run, Run, **fields))
        for name, code, fields in faults
    ]


def _segments() -> list[Bad]:
    faults: tuple[tuple[str, ErrorCode, dict[str, int]], ...] = (
        ("a segment that is too long", e.BANK, {"length": 5000}),
        ("a segment beyond bank B", e.BANK, {"act": FAR}),
        ("a segment beyond bank A", e.BANK, {"column": FAR}),
        ("a sum that never ends", e.SIZE, {"end": 0}),
    )
    at = first_listed(Bank.WALK, EXEC)
    return [
        _bad(name, code, entry(Bank.WALK, at, Segment, **fields)) for name, code, fields in faults
    ]


def _slots() -> list[Bad]:
    tiles = good().plan.spec.tiles
    faults: tuple[tuple[str, ErrorCode, dict[str, int]], ...] = (
        ("a slot of lanes that there are not", e.BANK, {"last": 40}),
        ("a slot beyond bank B", e.BANK, {"address": FAR}),
        ("a slot beyond the parameters", e.BANK, {"param": FAR}),
        ("a slot that hears a tile that there is not", e.BANK, {"source": tiles}),
    )
    at = first_listed(Bank.ROUTE, EXEC)
    listening = {"listens": 1}
    return [
        _bad(name, code, entry(Bank.ROUTE, at, Slot, **{**listening, **fields}))
        for name, code, fields in faults
    ]


def _endless() -> Bad:
    """RUNs without a last one, up to the table's end and beyond."""
    (number, *_) = [n for n in loads(Bank.WALK) if _brings(n, first_run(Bank.WALK, EXEC))]
    load = good().plan.setup.frames[number]
    assert isinstance(load, Load)
    end = good().plan.spec.walk_depth
    words = [Segment(length=1, end=1).encode(), Run(list=end - 2, count=1, repeats=1).encode()]
    return Bad(
        "RUNs that run out of the table",
        e.BANK,
        EXEC,
        changed(EXEC, walk=end - 1),
        poke={load.address: b"".join(word.to_bytes(8, "little") for word in words)},
        before=changed(number, base=end - 2, beats=2, slice_beats=2),
    )


def _brings(number: int, at: int) -> bool:
    """Whether the LOAD brings an entry."""
    load = good().plan.setup.frames[number]
    assert isinstance(load, Load)
    return load.base <= at < load.base + load.slice_beats


def _bad(name: str, code: ErrorCode, poke: dict[int, bytes]) -> Bad:
    return Bad(name, code, EXEC, SAME, poke=poke, before=SAME)
