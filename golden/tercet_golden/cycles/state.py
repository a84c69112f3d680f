"""The state of the engines and the bus, as records of integers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tercet.targets.fabric.format.frame import FRAME_BYTES, Frame
from tercet.targets.fabric.format.spec import BUS_BYTES

LOAD, EXEC, STORE = 0, 1, 2
"""Engines by number: opcodes from zero."""
NONE = -1
FRAME = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("engine", "wait_load", "wait_exec", "wait_store", "bank", "address", "beats"),
            *("start", "end", "moved", "stalls"),
        )
    ]
)
"""A frame; the second line is its computed figures."""
ENGINE = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("staged", "current", "started", "finished", "ends"),
            *("head", "rows", "filled", "drained"),
        )
    ]
)
"""An engine; the second line is its ring of records."""
BUS = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("now", "latency", "column_bytes", "words", "queue", "quiet"),
            *("fetch_at", "fetch_beats", "load_at", "load_beats", "to_come", "gear"),
            *("store_at", "store_beats", "asks", "answer", "store_ends", "waits"),
            *("owner", "first_beat", "beats"),
            *("exec_ends", "write"),
            *("records", "record_of", "record_ends"),
            *("exec_cycles", "moved_in", "moved_out", "stalls", "frames"),
        )
    ]
)
"""`owner` of the read side: LOAD, or EXEC for the fetch of frames (which belongs to no engine).
`exec_ends` and `write` belong to the running EXEC: its cycles, and the index of its next write.
`records`: whether they are on; one of engine `record_of` is written until cycle `record_ends`."""


def start(
    frames: Any, address: int, column_bytes: int, latency: int, *, records: bool = False
) -> tuple[Any, Any]:
    """The bus [1] and the engines [3] in cycle 0."""
    bus, engines = np.zeros(1, BUS), np.zeros(3, ENGINE)
    for name in ("staged", "current", "started"):
        engines[name] = NONE
    bus["now"], bus["latency"], bus["column_bytes"] = 1, latency, column_bytes
    bus["fetch_at"] = address
    bus["fetch_beats"] = len(frames) * FRAME_BYTES // BUS_BYTES
    bus["owner"] = bus["asks"] = bus["record_ends"] = NONE
    bus["records"] = records
    return bus, engines


def frames_of(frames: Sequence[Frame]) -> Any:
    """Frames in the form that the bus model reads."""
    state = np.zeros(len(frames), FRAME)
    for at, frame in zip(state, frames, strict=True):
        at["engine"] = frame.opcode - 1
        for name in ("wait_load", "wait_exec", "wait_store", "bank", "address", "beats"):
            at[name] = getattr(frame, name, 0)
    return state
