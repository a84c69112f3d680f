"""A program on the three engines and the bus, cycle by cycle.

Cycle 0 is the sequencer's first. The memory is always ready: the first beat of a read comes
`latency` cycles after its address, then one a cycle; the answer to a write `latency` cycles after
its last beat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tercet.fabric.frame import FRAME_BYTES, WORDS, Bank, Frame, Load, Opcode, Store
from tercet.fabric.spec import BUS_BYTES

QUEUE, FETCH = 4 * WORDS, 2 * WORDS
"""Words that the frame queue holds, and that one fetch asks for."""
PAGE_BEATS, BURST_BEATS = 4096 // BUS_BYTES, 256
ENGINES = (Opcode.LOAD, Opcode.EXEC, Opcode.STORE)


@dataclass(frozen=True)
class ExecTime:
    """What the machine needs to know of an EXEC frame."""

    cycles: int
    writes: frozenset[int]
    """Cycles from the start in which the banks are written."""


@dataclass
class Totals:
    """Counters of a program."""

    cycles: int = 0
    exec_cycles: int = 0
    load_beats: int = 0
    store_beats: int = 0
    bus_stalls: int = 0
    frames: int = 0


def burst(address: int, beats: int) -> int:
    """Beats of the next burst: at most 256, and within the 4 KiB page."""
    return min(beats, BURST_BEATS, PAGE_BEATS - address // BUS_BYTES % PAGE_BEATS)


@dataclass
class _Slot:
    """The frames an engine holds: one staged, one that waits or runs."""

    staged: int | None = None
    current: int | None = None
    started: int | None = None
    """The cycle in which the current frame started."""


@dataclass
class _Span:
    """Beats that are still to be asked for."""

    address: int = 0
    beats: int = 0

    def take(self) -> int:
        count = burst(self.address, self.beats)
        self.address += BUS_BYTES * count
        self.beats -= count
        return count


@dataclass
class _Reader:
    """The bus's read side: one burst at a time."""

    owner: Opcode | None = None
    """LOAD, or EXEC for the fetch of frames (which is no engine's)."""
    first_beat: int = 0
    beats: int = 0


@dataclass
class Machine:
    """Runs one program. `execs` tells how long each EXEC frame takes, by frame number."""

    frames: Sequence[Frame]
    address: int
    execs: Mapping[int, ExecTime]
    column_bytes: int
    latency: int
    totals: Totals = field(default_factory=Totals)

    def run(self) -> Totals:
        """Every cycle up to the last one that counts."""
        self._slots = {engine: _Slot() for engine in ENGINES}
        self._finished = dict.fromkeys(ENGINES, 0)
        self._reader = _Reader()
        self._fetch, self._queue, self._words = _Span(), 0, 0
        self._load, self._to_come, self._gear = _Span(), 0, 0
        self._store_at, self._store = 0, _Span()
        self._fetch = _Span(self.address, len(self.frames) * FRAME_BYTES // BUS_BYTES)
        now = 1
        while not self._complete():
            self._cycle(now)
            now += 1
        self.totals.cycles = now + 1
        return self.totals

    def _complete(self) -> bool:
        handed_out = self._words == len(self.frames) * WORDS
        slots = self._slots.values()
        return handed_out and all(s.staged is None and s.current is None for s in slots)

    def _cycle(self, now: int) -> None:
        """What every part does, from the state that this cycle begins with."""
        writing = self._exec_writes(now)
        finish = {
            Opcode.LOAD: self._runs(Opcode.LOAD, now) and not self._to_come and not self._gear,
            Opcode.EXEC: self._exec_ends(now),
            Opcode.STORE: self._runs(Opcode.STORE, now) and now == self._store_at,
        }
        start = [engine for engine in ENGINES if self._may_start(engine)]
        popped = self._pop()
        request = self._load.beats > 0 and self._runs(Opcode.LOAD, now)
        pushed = self._bus(now, writing, request)

        if self._runs(Opcode.EXEC, now):
            self.totals.exec_cycles += 1
        for engine, ends in finish.items():
            slot = self._slots[engine]
            if slot.staged is not None and (slot.current is None or ends):
                slot.current, slot.staged, slot.started = slot.staged, None, None
            elif ends:
                slot.current = slot.started = None
            self._finished[engine] += ends
            self.totals.frames += ends
        for engine in start:
            self._slots[engine].started = now
            self._begin(engine, now)
        if popped is not None:
            frame, word = divmod(self._words, WORDS)
            if word == WORDS - 1:
                self._slots[popped].staged = frame
            self._words += 1
            self._queue -= 1
        self._queue += pushed

    def _runs(self, engine: Opcode, now: int) -> bool:
        started = self._slots[engine].started
        return started is not None and started < now

    def _may_start(self, engine: Opcode) -> bool:
        slot = self._slots[engine]
        if slot.current is None or slot.started is not None:
            return False
        frame, done = self.frames[slot.current], self._finished
        return (
            done[Opcode.LOAD] >= frame.wait_load
            and done[Opcode.EXEC] >= frame.wait_exec
            and done[Opcode.STORE] >= frame.wait_store
        )

    def _pop(self) -> Opcode | None:
        """The engine that takes a word off the queue."""
        if not self._queue:
            return None
        engine = self.frames[self._words // WORDS].opcode
        return engine if self._slots[engine].staged is None else None

    def _begin(self, engine: Opcode, now: int) -> None:
        frame = self.frames[self._slots[engine].current or 0]
        if isinstance(frame, Load):
            self._load = _Span(frame.address, frame.beats)
            self._to_come, self._gear = frame.beats, 0
        elif isinstance(frame, Store):
            self._plan_store(frame, now)

    def _plan_store(self, frame: Store, now: int) -> None:
        """Per burst: decide, address, beats, then the answer; nothing there can be delayed."""
        span, at = _Span(frame.address, frame.beats), now
        while span.beats:
            count = span.take()
            at += 2 + count + self.latency
            self.totals.bus_stalls += self.latency - 1
            self.totals.store_beats += count
        self._store_at = at

    def _exec_time(self, now: int) -> tuple[int, ExecTime] | None:
        slot = self._slots[Opcode.EXEC]
        if slot.started is None or slot.current is None or slot.started >= now:
            return None
        return now - slot.started, self.execs[slot.current]

    def _exec_writes(self, now: int) -> bool:
        running = self._exec_time(now)
        return running is not None and running[0] in running[1].writes

    def _exec_ends(self, now: int) -> bool:
        running = self._exec_time(now)
        return running is not None and running[0] == running[1].cycles

    def _bus(self, now: int, writing: bool, load_wants: bool) -> int:
        """One cycle of the read side; returns the words that reach the frame queue."""
        reader = self._reader
        ready, load_takes = self._load_ready(writing)
        if reader.owner is None:
            self._grant(now, load_wants)
            self._drain_gear(0)
            return 0
        loading = reader.owner is Opcode.LOAD
        if now < reader.first_beat:
            waits = now > reader.first_beat - self.latency and (ready or not loading)
            self.totals.bus_stalls += waits
            self._drain_gear(0)
            return 0
        moved = ready or not loading
        if moved:
            reader.beats -= 1
            if reader.beats == 0:
                reader.owner = None
        if loading and moved:
            self._to_come -= 1
            self.totals.load_beats += 1
        self._drain_gear(BUS_BYTES if loading and moved and load_takes else 0)
        return 0 if loading else 1

    def _grant(self, now: int, load_wants: bool) -> None:
        """LOAD goes first; then the fetch, when the queue has room for what it asks."""
        if load_wants:
            self._reader = _Reader(Opcode.LOAD, now + 1 + self.latency, self._load.take())
        elif self._fetch.beats and self._queue <= QUEUE - FETCH:
            part = _Span(self._fetch.address, min(self._fetch.beats, FETCH))
            count = part.take()
            self._fetch.address, self._fetch.beats = part.address, self._fetch.beats - count
            self._reader = _Reader(Opcode.EXEC, now + 1 + self.latency, count)

    def _load_ready(self, writing: bool) -> tuple[bool, bool]:
        """Whether LOAD would take a beat, and whether the beat goes through the gearbox."""
        current = self._slots[Opcode.LOAD].current
        frame = None if current is None else self.frames[current]
        if not isinstance(frame, Load) or frame.bank == Bank.PARAMETERS:
            return True, False
        if frame.bank == Bank.ACTIVATIONS:
            return not writing, False
        rest = self._gear - self.column_bytes if self._gear >= self.column_bytes else self._gear
        return rest < self.column_bytes, True

    def _drain_gear(self, arrived: int) -> None:
        """One column leaves the gearbox if there is a whole one."""
        if self._gear >= self.column_bytes:
            self._gear -= self.column_bytes
        self._gear += arrived
