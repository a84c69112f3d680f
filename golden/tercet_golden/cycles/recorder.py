"""The records of frames: the cycles in which they are taken and written, and the delays.

One row a cycle goes to the rings: first the heads of records (the cycle after a start), then the
rows of a finished frame, three of an EXEC and two of the others. While no STORE runs, a record is
written in a burst of eight beats.
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
"""The engines by priority of their rows."""


@compiled
def holds(bus: Any, engine: Any) -> bool:
    """Whether the engine's next frame must wait for room in its ring."""
    return bool(bus.records and (engine.rows or engine.filled - engine.drained == RING - 1))


@compiled
def busy(engines: Any) -> bool:
    """Whether some record is not in memory yet."""
    found = False
    for engine in engines:
        found = found or engine.head or engine.rows or engine.filled != engine.drained
    return bool(found)


@compiled
def writes(bus: Any) -> bool:
    """Whether a record has the bus in this cycle."""
    return bool(bus.record_ends >= bus.now)


@compiled
def finish(bus: Any, engine: Any, which: int) -> None:
    """Note the end of an engine's frame in this cycle."""
    if bus.records:
        engine.rows = 3 if which == EXEC else 2


@compiled
def advance(bus: Any, engines: Any, storing: bool) -> None:
    """Advance by one cycle; a running STORE excludes records from the bus."""
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
