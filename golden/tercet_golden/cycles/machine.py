"""A fabric with its banks, which runs programs one after the other, exact in integers and cycles.

Each frame has its effects when it starts. The fabric's `timing` gives the cycles of an EXEC, `bus`
those of the rest. Programs whose frames do not wait for their data are outside of this model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Exec, Frame, Kind, Load, Store
from tercet.targets.fabric.format.records import COUNTS, RECORD_BYTES, Record
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.timing import (
    ExecTime,
    Segments,
    Slots,
    expand_route,
    expand_walk,
    frame_time,
)
from tercet.targets.fabric.timing.time import check, export_time
from tercet_golden.cycles import bus, state
from tercet_golden.cycles.banks import Banks
from tercet_golden.cycles.counters import events_of, registers
from tercet_golden.cycles.execute import Heard, execute, export
from tercet_golden.cycles.load import load, store

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class FrameRecord:
    """The record of a frame: the fabric's telemetry record, and the values it wrote."""

    number: int
    frame: Frame
    start: int
    """The frame's first and last cycle in the program."""
    end: int
    beats: int
    stalls: int
    """Cycles in which it waited for the bus."""
    time: ExecTime | None
    """The counts of an EXEC."""
    heard: Heard | None
    """The values of an EXEC that writes some."""

    def total(self, name: str) -> int:
        """One of the counts, summed over the tiles."""
        return 0 if self.time is None else int(getattr(self.time, name).sum())

    def written(self) -> Record:
        """The record that the fabric writes to memory."""
        frame = self.frame
        return Record(
            frame=self.number,
            opcode=frame.opcode,
            kind=frame.kind if isinstance(frame, Exec) else getattr(frame, "bank", 0),
            layer=frame.layer,
            start=self.start,
            end=self.end,
            **{name: self.total(name) for name in COUNTS},
            beats=self.beats,
            stalls=self.stalls,
        )


@dataclass(frozen=True)
class Ran:
    """The run of a program."""

    cycles: int
    """Cycles, as the register CYCLES counts them."""
    counters: dict[str, int]
    """Every telemetry register of the configuration, by name."""
    frames: tuple[FrameRecord, ...]


class Machine:
    """A fabric whose banks persist from program to program."""

    def __init__(self, spec: FabricSpec) -> None:
        self.spec = spec
        self.banks = Banks(spec)

    def run(
        self,
        address: int,
        frames: Sequence[Frame],
        memory: Bytes,
        latency: int = 10,
        *,
        records: int = 0,
    ) -> Ran:
        """Run the program at `address`, which changes `memory`.

        `records` is the address of frame 0's record, as in the register RECORDS.

        Telemetry begins at zero. Raises ValueError for what the fabric would report as an error.
        """
        self.banks.overflow[:] = False
        known = state.frames_of(frames)
        buses, engines = state.start(
            known, address, self.spec.column_bytes, latency, records=self._records(records) > 0
        )
        done: dict[int, tuple[ExecTime, Heard | None]] = {}
        writes = np.zeros(0, np.int64)
        while starts := int(bus.advance(buses, engines, known, writes)):
            if starts < 0:
                raise ValueError(
                    f"frame {_stuck(engines)}: it waits for frames that never end (wait)"
                )
            for which in range(len(engines)):
                if starts >> which & 1:
                    number = int(engines["current"][which])
                    found = self._work(number, frames[number], memory)
                    if found is not None:
                        done[number] = found
                        writes = found[0].writes
                        buses["exec_ends"], buses["write"] = found[0].cycles, 0
        told = tuple(_record(n, f, known[n], done.get(n)) for n, f in enumerate(frames))
        if self._records(records):
            for at, record in enumerate(told):
                memory[records + RECORD_BYTES * at :][:RECORD_BYTES] = np.frombuffer(
                    record.written().encode(), np.uint8
                )
        cycles = int(buses["now"][0]) + 1
        return Ran(cycles, self._counters(cycles, buses[0], told), told)

    def _records(self, address: int) -> int:
        """The address of the records; 0 in a fabric without them."""
        return address if self.spec.telemetry else 0

    def _work(
        self, number: int, frame: Frame, memory: Bytes
    ) -> tuple[ExecTime, Heard | None] | None:
        """Apply a frame to banks and memory."""
        try:
            if not 0 < frame.mask < 1 << self.spec.tiles:
                raise ValueError(f"mask 0x{frame.mask:x} of {self.spec.tiles} tiles (mask)")
            if isinstance(frame, Exec):
                return self._exec(frame)
            if isinstance(frame, Load):
                load(self.spec, self.banks, frame, memory)
            elif isinstance(frame, Store):
                store(self.banks, frame, memory)
        except ValueError as wrong:
            name = f"{frame.opcode.name}, layer {frame.layer}"
            raise ValueError(f"frame {number} ({name}): {wrong}") from None
        return None

    def _exec(self, frame: Exec) -> tuple[ExecTime, Heard | None]:
        check(self.spec, frame)
        if frame.kind == Kind.EXPORT:
            time = export_time(self.spec, frame)
            export(self.spec, self.banks, frame)
            return time, None
        segments, slots = self._tables(frame)
        banks = self.banks
        time = frame_time(self.spec, frame, segments, slots, banks.acts != 0, banks.columns)
        return time, execute(self.spec, banks, frame, segments, slots)

    def _tables(self, frame: Exec) -> tuple[list[Segments | None], Slots]:
        """The segments of each tile in the mask, and the slots; equal tables are decoded once."""
        spec, banks = self.spec, self.banks
        known: dict[bytes, Segments] = {}
        segments: list[Segments | None] = []
        for tile, words in enumerate(banks.walk):
            key = words.tobytes()
            if frame.mask >> tile & 1 and key not in known:
                known[key] = expand_walk(spec, frame, words)
            segments.append(known[key] if frame.mask >> tile & 1 else None)
        return segments, expand_route(spec, frame, banks.route[0])

    def _counters(self, cycles: int, totals: Any, told: Sequence[FrameRecord]) -> dict[str, int]:
        times = [r.time for r in told if r.time is not None]
        heard = [r.heard for r in told if r.heard is not None]
        events = events_of(self.spec, cycles, totals, times, heard)
        tiles = np.flatnonzero(self.banks.overflow)
        return {**registers(self.spec, events), "overflow": int((1 << tiles).sum())}


def _stuck(engines: Any) -> int:
    """The number of the frame that waits."""
    return int(max(engine["current"] for engine in engines if engine["started"] == state.NONE))


def _record(
    number: int, frame: Frame, at: Any, done: tuple[ExecTime, Heard | None] | None
) -> FrameRecord:
    time, heard = done if done is not None else (None, None)
    spans = (int(at[name]) for name in ("start", "end", "moved", "stalls"))
    start, end, beats, stalls = spans
    return FrameRecord(number, frame, start, end, beats, stalls, time, heard)
