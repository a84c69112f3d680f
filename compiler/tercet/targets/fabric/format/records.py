"""The record that the fabric writes for each frame when the register RECORDS is set."""

from dataclasses import astuple, dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Opcode

RECORD_BYTES = 64
"""Frame i's record lies 64 i bytes behind RECORDS."""
COUNTS = ("columns", "issued", "skip_act", "skip_wgt")
"""Counts in the record of an EXEC: columns of all tiles, how many were issued, how many skipped."""

_LAYOUT = np.dtype(
    [
        *(("frame", "<u2"), ("opcode", "u1"), ("kind", "u1"), ("layer", "<u2"), ("unused", "<u2")),
        *((name, "<u8") for name in ("start", "end")),
        *((name, "<u8") for name in COUNTS),
        *(("beats", "<u4"), ("stalls", "<u4")),
    ]
)


@dataclass(frozen=True)
class Record:
    """What became of a frame. Every count is modulo 2^32."""

    frame: int
    """Its number in the program, from 0."""
    opcode: Opcode
    kind: int
    """The kind of an EXEC, or the bank of a LOAD."""
    layer: int
    start: int
    """The cycle in which it starts; 0 is the program's first, as CYCLES counts."""
    end: int
    """The cycle in which it finishes: it ran for end - start cycles."""
    columns: int
    """Columns of all tiles, as in the next three fields; EXEC only."""
    issued: int
    skip_act: int
    skip_wgt: int
    beats: int
    """Beats that a LOAD or a STORE moved."""
    stalls: int
    """Cycles in which the bus, or the record of another frame, kept a LOAD or a STORE waiting."""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in 64 bytes. Raises ValueError if they are no record."""
        found = np.frombuffer(data, _LAYOUT, 1)[0]
        counts = {f.name: int(found[f.name]) for f in fields(cls) if f.name != "opcode"}
        return cls(opcode=Opcode(int(found["opcode"])), **counts)

    def encode(self) -> bytes:
        """The 64 bytes."""
        frame, opcode, kind, layer, *counts = astuple(self)
        words = (frame, int(opcode), kind, layer, 0, *(count & 0xFFFF_FFFF for count in counts))
        return np.array([words], _LAYOUT).tobytes()


def decode(data: bytes | npt.NDArray[np.uint8]) -> tuple[Record, ...]:
    """All records of a program that ended well: 64 bytes for each of its frames."""
    raw = bytes(data)
    return tuple(
        Record.decode(raw[at : at + RECORD_BYTES]) for at in range(0, len(raw), RECORD_BYTES)
    )
