"""The three engines and the bus, cycle by cycle.

Cycle 0 is the sequencer's first. The memory is always ready: the first beat of a read comes
`latency` cycles after its address, then one a cycle; the answer to a write `latency` cycles after
its last beat. `recorder` delays frames for their records. All state is integers; `advance` stops in
each cycle in which frames start, so that the caller can execute them.
"""

from typing import Any

from tercet.targets.fabric.format.frame import WORDS, Bank
from tercet.targets.fabric.format.spec import BUS_BYTES
from tercet.targets.fabric.timing.compiled import compiled
from tercet_golden.cycles import recorder
from tercet_golden.cycles.state import EXEC, LOAD, NONE, STORE

QUEUE, FETCH = 4 * WORDS, 2 * WORDS
"""The words that the frame queue holds, and the words of one fetch."""
PAGE_BEATS, BURST_BEATS = 4096 // BUS_BYTES, 256
QUIET = 16
"""Cycles without an event after which the program hangs in a wait."""


@compiled
def burst(address: int, beats: int) -> int:
    """Beats of the next burst: at most 256, and within the 4 KiB page."""
    return min(beats, BURST_BEATS, PAGE_BEATS - address // BUS_BYTES % PAGE_BEATS)


@compiled
def _runs(engines: Any, which: int, now: int) -> bool:
    started = engines[which].started
    return bool(started != NONE and started < now)


@compiled
def _may_start(bus: Any, engines: Any, frames: Any, which: int) -> bool:
    engine = engines[which]
    if engine.current == NONE or engine.started != NONE or recorder.holds(bus, engine):
        return False
    frame = frames[engine.current]
    return bool(
        engines[LOAD].finished >= frame.wait_load
        and engines[EXEC].finished >= frame.wait_exec
        and engines[STORE].finished >= frame.wait_store
    )


@compiled
def _begin(bus: Any, engines: Any, frames: Any, which: int) -> None:
    frame = frames[engines[which].current]
    engines[which].started = bus.now
    frame.start = bus.now
    engines[which].head = bus.records
    if which == LOAD:
        bus.load_at = frame.address
        bus.load_beats = bus.to_come = frame.beats
        bus.gear = 0
    elif which == STORE:
        bus.store_at = frame.address
        bus.store_beats = frame.beats
        bus.asks = bus.now + 2


@compiled
def _plan_burst(bus: Any, frame: Any) -> None:
    """Set the cycles of a write burst's beats and answer; after its address nothing delays them."""
    count = burst(bus.store_at, bus.store_beats)
    bus.store_at += BUS_BYTES * count
    bus.store_beats -= count
    bus.asks = NONE
    bus.answer = bus.now + count
    bus.store_ends = bus.answer + bus.latency
    bus.moved_out += count
    frame.moved += count


@compiled
def _store_waits(bus: Any, engines: Any, frames: Any) -> bool:
    """Advance a running STORE by a cycle; returns whether it waits for the bus."""
    if not _runs(engines, STORE, bus.now):
        return False
    frame = frames[engines[STORE].current]
    if bus.asks == NONE:
        waits = bus.answer < bus.now < bus.store_ends
        if bus.now == bus.store_ends and bus.store_beats:
            bus.asks = bus.now + 2
    else:
        waits = bus.now >= bus.asks and recorder.writes(bus)
        if bus.now >= bus.asks and not waits:
            _plan_burst(bus, frame)
    frame.stalls += waits
    return bool(waits)


@compiled
def _ends(bus: Any, engines: Any) -> None:
    """Finish the engines whose frames end in this cycle."""
    now = bus.now
    for which in range(3):
        engines[which].ends = 0
        if _runs(engines, which, now):
            if which == LOAD:
                ends = bus.to_come == 0 and bus.gear == 0
            elif which == EXEC:
                ends = now - engines[EXEC].started == bus.exec_ends
            else:
                ends = now == bus.store_ends and bus.store_beats == 0
            engines[which].ends = int(ends)


@compiled
def _shift(bus: Any, engines: Any, frames: Any) -> None:
    """Replace finished frames by the staged ones."""
    for which in range(3):
        engine = engines[which]
        if engine.ends:
            frames[engine.current].end = bus.now
            engine.finished += 1
            recorder.finish(bus, engine, which)
            bus.frames += 1
        if engine.staged != NONE and (engine.current == NONE or engine.ends):
            engine.current = engine.staged
            engine.staged = engine.started = NONE
        elif engine.ends:
            engine.current = engine.started = NONE


@compiled
def _writing(bus: Any, engines: Any, writes: Any) -> bool:
    """Whether EXEC writes a value in this cycle."""
    if not _runs(engines, EXEC, bus.now) or bus.write >= len(writes):
        return False
    writing = bool(bus.now - engines[EXEC].started == writes[bus.write])
    bus.write += writing
    return writing


@compiled
def _ready(bus: Any, engines: Any, frames: Any, writing: bool) -> bool:
    """Whether LOAD can take a beat."""
    current = engines[LOAD].current
    if current == NONE:
        return True
    bank = frames[current].bank
    if bank == Bank.ACTIVATIONS:
        return not writing
    if bank != Bank.WEIGHTS:
        return True
    rest = bus.gear - bus.column_bytes if bus.gear >= bus.column_bytes else bus.gear
    return bool(rest < bus.column_bytes)


@compiled
def _grant(bus: Any, load_wants: bool) -> None:
    """Grant the read side to LOAD first, then to the fetch if the queue has room for its words."""
    if load_wants:
        bus.owner = LOAD
        bus.beats = burst(bus.load_at, bus.load_beats)
        bus.load_at += BUS_BYTES * bus.beats
        bus.load_beats -= bus.beats
        bus.first_beat = bus.now + 1 + bus.latency
    elif bus.fetch_beats and bus.queue <= QUEUE - FETCH:
        bus.owner = EXEC
        bus.beats = burst(bus.fetch_at, min(bus.fetch_beats, FETCH))
        bus.fetch_at += BUS_BYTES * bus.beats
        bus.fetch_beats -= bus.beats
        bus.first_beat = bus.now + 1 + bus.latency


@compiled
def _read(bus: Any, engines: Any, frames: Any, ready: bool) -> int:
    """Advance a read burst by a cycle; returns the beats that move."""
    loading = bus.owner == LOAD
    if bus.now < bus.first_beat:
        if bus.now > bus.first_beat - bus.latency and (ready or not loading):
            bus.waits = 1
            if loading:
                frames[engines[LOAD].current].stalls += 1
        return 0
    if loading and not ready:
        return 0
    bus.beats -= 1
    if bus.beats == 0:
        bus.owner = NONE
    if loading:
        bus.to_come -= 1
        bus.moved_in += 1
        frames[engines[LOAD].current].moved += 1
    return 1


@compiled
def _side(bus: Any, engines: Any, frames: Any, writing: bool) -> int:
    """Advance the read side by a cycle; returns the words that reach the frame queue."""
    wants = bus.load_beats > 0 and _runs(engines, LOAD, bus.now)
    ready = _ready(bus, engines, frames, writing)
    owner, moved = bus.owner, 0
    if owner == NONE:
        _grant(bus, wants)
    else:
        moved = _read(bus, engines, frames, ready)
    if bus.gear >= bus.column_bytes:
        bus.gear -= bus.column_bytes
    if owner == LOAD and moved and frames[engines[LOAD].current].bank == Bank.WEIGHTS:
        bus.gear += BUS_BYTES
    return moved if owner == EXEC else 0


@compiled
def _pop(bus: Any, engines: Any, frames: Any) -> int:
    """Take a word off the frame queue; returns the engine that gets it."""
    if bus.queue == 0:
        return NONE
    which = frames[bus.words // WORDS].engine
    return int(which) if engines[which].staged == NONE else NONE


@compiled
def _complete(bus: Any, engines: Any, frames: Any) -> bool:
    if bus.words < len(frames) * WORDS:
        return False
    for which in range(3):
        if engines[which].staged != NONE or engines[which].current != NONE:
            return False
    return not recorder.busy(engines)


@compiled
def _cycle(bus: Any, engines: Any, frames: Any, writes: Any) -> int:
    """Advance every part by one cycle; returns the engines that start."""
    writing = _writing(bus, engines, writes)
    _ends(bus, engines)
    starts = 0
    for which in range(3):
        starts |= int(_may_start(bus, engines, frames, which)) << which
    popped = _pop(bus, engines, frames)
    bus.waits = 0
    pushed = _side(bus, engines, frames, writing)
    bus.stalls += int(_store_waits(bus, engines, frames) or bus.waits != 0)
    bus.exec_cycles += _runs(engines, EXEC, bus.now)
    recorder.advance(bus, engines, storing=_runs(engines, STORE, bus.now))
    _shift(bus, engines, frames)
    for which in range(3):
        if starts >> which & 1:
            _begin(bus, engines, frames, which)
    if popped != NONE:
        if bus.words % WORDS == WORDS - 1:
            engines[popped].staged = bus.words // WORDS
        bus.words += 1
        bus.queue -= 1
    bus.queue += pushed
    runs = bus.owner != NONE or popped != NONE or starts != 0 or recorder.busy(engines)
    for which in range(3):
        runs = runs or engines[which].started != NONE or engines[which].ends
    bus.quiet = 0 if runs else bus.quiet + 1
    return starts


@compiled
def advance(buses: Any, engines: Any, frames: Any, writes: Any) -> int:
    """Advance to the next start of frames; returns their engines as bits, 0: end, -1: hang."""
    bus = buses[0]
    while not _complete(bus, engines, frames):
        starts = _cycle(bus, engines, frames, writes)
        bus.now += 1
        if starts:
            return starts
        if bus.quiet > QUIET:
            return NONE
    return 0
