"""The records of frames: when they are noted down and written, and what that holds up.

A row a cycle goes to the rings: first the heads of records (the cycle after a start), then what a
frame that has finished leaves, three rows of EXEC and two of the others. In the pauses of STORE a
record is written, a burst of eight beats.
"""

from typing import Any

from tercet.targets.fabric.format.records import RECORD_BYTES
from tercet.targets.fabric.format.spec import BUS_BYTES
from tercet.targets.fabric.timing.compiled import compiled
from tercet_golden.cycles.state import EXEC, LOAD, STORE

RING = 32
"""Records of an engine's ring; one place stays empty."""
BEATS = RECORD_BYTES // BUS_BYTES
ORDER = (EXEC, LOAD, STORE)
"""Whose rows go first."""


@compiled
def holds(bus: Any, engine: Any) -> bool:
    """The engine's next frame must not start."""
    return bool(bus.records and (engine.rows or engine.filled - engine.drained == RING - 1))


@compiled
def busy(engines: Any) -> bool:
    """Something is not in memory yet."""
    found = False
    for engine in engines:
        found = found or engine.head or engine.rows or engine.filled != engine.drained
    return bool(found)


@compiled
def writes(bus: Any) -> bool:
    """A record has the bus in this cycle."""
    return bool(bus.record_ends >= bus.now)


@compiled
def finish(bus: Any, engine: Any, which: int) -> None:
    """The engine's frame finishes in this cycle."""
    if bus.records:
        engine.rows = 3 if which == EXEC else 2


@compiled
def advance(bus: Any, engines: Any, storing: bool) -> None:
    """One cycle; a STORE has the bus to itself while it runs."""
    if not writes(bus) and not storing:
        for which in range(3):
            if engines[which].filled != engines[which].drained:
                bus.record_of = which
                bus.record_ends = bus.now + 2 + BEATS + bus.latency
                break
    elif bus.now == bus.record_ends:
        engines[bus.record_of].drained += 1
    _row(engines)


@compiled
def _row(engines: Any) -> None:
    for which in ORDER:
        if engines[which].head:
            engines[which].head = 0
            return
    for which in ORDER:
        if engines[which].rows:
            engines[which].rows -= 1
            engines[which].filled += engines[which].rows == 0
            return
