"""The record of a frame, as it lies in memory."""

import struct

import pytest

from tercet.targets.fabric.format.frame import Kind, Opcode
from tercet.targets.fabric.format.records import RECORD_BYTES, Record, decode

VECTOR = Record(
    frame=515,
    opcode=Opcode.EXEC,
    kind=Kind.VECTOR,
    layer=1027,
    start=10,
    end=300,
    columns=70,
    issued=40,
    skip_act=20,
    skip_wgt=10,
    beats=0,
    stalls=0,
)
WORDS = (515 | Opcode.EXEC << 16 | Kind.VECTOR << 24 | 1027 << 32, 10, 300, 70, 40, 20, 10, 0)


def test_a_record_is_eight_words() -> None:
    data = struct.pack("<8Q", *WORDS)
    assert decode(data) == (VECTOR,)
    assert VECTOR.encode() == data


def test_beats_and_stalls_share_a_word() -> None:
    words = (Opcode.STORE << 16, 1, 2, 0, 0, 0, 0, 7 | 9 << 32)
    first, second = decode(struct.pack("<8Q", *WORDS) + struct.pack("<8Q", *words))
    assert first == VECTOR
    assert (second.opcode, second.beats, second.stalls) == (Opcode.STORE, 7, 9)
    assert len(second.encode()) == RECORD_BYTES


def test_what_was_never_written_is_no_record() -> None:
    with pytest.raises(ValueError, match="Opcode"):
        decode(bytes(RECORD_BYTES))
