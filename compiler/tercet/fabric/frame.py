"""The program format: every field of every frame, declared once.

A program is a list of 64-byte frames (TFD, ternary frame descriptor). The RTL's package and the
runtime's header are generated from the classes below; `encode` and `decode` follow them too.
"""

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np

WORDS = 8
"""64-bit words of a frame."""
FRAME_BYTES = 8 * WORDS


class Opcode(IntEnum):
    """What a frame asks for: each has its engine."""

    LOAD = 1
    EXEC = 2
    STORE = 3


class Bank(IntEnum):
    """Where a LOAD puts what it reads."""

    WEIGHTS = 0
    ACTIVATIONS = 1
    PARAMETERS = 2


class ErrorCode(IntEnum):
    """What STATUS.error says; `frame` beside it says which frame."""

    NONE = 0
    OPCODE = 1
    RESERVED = 2
    MASK = 3
    CONFIG = 4
    LENGTH = 5
    WINDOW = 6
    BANK = 7
    PT5 = 8
    READ = 9
    WRITE = 10
    WAIT = 11
    SIZE = 12


@dataclass(frozen=True)
class Bits:
    """Where a field stands."""

    word: int
    low: int
    width: int
    signed: bool
    doc: str


def bits(word: int, low: int, width: int, doc: str, *, signed: bool = False) -> Any:
    """Declare a field of `width` bits at bit `low` of 64-bit word `word`."""
    return field(default=0, metadata={"bits": Bits(word, low, width, signed, doc)})


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every frame begins with. A frame starts when each count has been reached."""

    opcode: ClassVar[Opcode]

    last: int = bits(0, 8, 1, "the program ends with this frame")
    wait_load: int = bits(0, 16, 16, "start after so many LOADs have finished")
    wait_exec: int = bits(0, 32, 16, "start after so many EXECs have finished")
    wait_store: int = bits(0, 48, 16, "start after so many STOREs have finished")
    mask: int = bits(1, 0, 32, "the tiles this frame speaks to")
    config_id: int = bits(1, 32, 16, "id of the configuration the program was built for")
    layer: int = bits(1, 48, 16, "telemetry hint: the layer this frame belongs to")

    @classmethod
    def layout(cls) -> dict[str, Bits]:
        """Every field but the opcode, by name."""
        return {f.name: f.metadata["bits"] for f in fields(cls)}

    def encode(self) -> bytes:
        """64 bytes, little-endian. Raises ValueError when a value does not fit its field."""
        words = [0] * WORDS
        words[0] = int(self.opcode)
        for name, at in self.layout().items():
            value = int(getattr(self, name))
            low = -(1 << (at.width - 1)) if at.signed else 0
            if not low <= value < low + (1 << at.width):
                raise ValueError(f"{type(self).__name__}.{name} = {value} needs {at.width} bits")
            words[at.word] |= (value & ((1 << at.width) - 1)) << at.low
        return np.array(words, "<u8").tobytes()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The frame that `encode` made these bytes of."""
        words = [int(w) for w in np.frombuffer(data, "<u8")]
        values = {}
        for name, at in cls.layout().items():
            value = words[at.word] >> at.low & ((1 << at.width) - 1)
            wrap = at.signed and value >> (at.width - 1)
            values[name] = value - (1 << at.width) if wrap else value
        return cls(**values)

    @classmethod
    def reserved(cls) -> list[int]:
        """The bits of each word that must be zero."""
        used = [0xFF] + [0] * (WORDS - 1)
        for at in cls.layout().values():
            used[at.word] |= ((1 << at.width) - 1) << at.low
        return [~u & (2**64 - 1) for u in used]


@dataclass(frozen=True, kw_only=True)
class Load(Frame):
    """Memory to banks: weights (PT-5, hydrated), activations (bytes), or parameters."""

    opcode = Opcode.LOAD

    address: int = bits(2, 0, 32, "first byte in memory, a multiple of 8")
    beats: int = bits(2, 32, 20, "8-byte beats in all")
    bank: int = bits(3, 0, 2, "0 weights, 1 activations, 2 parameters")
    signed_bytes: int = bits(3, 8, 1, "activations are s8, not u8")
    zero_point: int = bits(3, 16, 9, "subtracted from every activation", signed=True)
    base: int = bits(3, 32, 16, "first column or activation (a multiple of 16), or entry")
    rotate: int = bits(3, 48, 5, "tiles by which the mask turns after each slice")
    slice_beats: int = bits(4, 0, 20, "beats of a slice; the next slice starts at base again")


@dataclass(frozen=True, kw_only=True)
class Exec(Frame):
    """One dense layer, or a part of its inputs, on Tk input slices times To output slices.

    Tile t holds input slice t % Tk of output slice t // Tk. In pass g, a write target (an input
    slice of the next layer) receives, from each of its `phases` output slices in turn, the next
    up to L channels: outputs therefore arrive at every target in the order of their addresses.
    """

    opcode = Opcode.EXEC

    column_base: int = bits(2, 0, 16, "first column in bank A, a multiple of 16")
    act_base: int = bits(2, 16, 16, "first activation in bank B, a multiple of 16")
    length: int = bits(2, 32, 16, "columns of a pass")
    passes: int = bits(2, 48, 16, "passes")
    param_base: int = bits(3, 0, 16, "first parameter entry")
    outputs: int = bits(3, 16, 16, "values that leave one output slice, or reach one target")
    block: int = bits(3, 32, 16, "values after which the next target follows")
    out_base: int = bits(3, 48, 16, "first activation in bank B (a multiple of 16), or value in C")
    log2_tk: int = bits(4, 0, 3, "log2 of the input slices")
    log2_phases: int = bits(4, 4, 3, "log2 of the output slices that share a target")
    log2_split: int = bits(4, 8, 3, "log2 of the targets that share an output slice")
    log2_next: int = bits(4, 12, 3, "log2 of the targets: the next layer's input slices")
    to_c: int = bits(4, 16, 1, "write to bank C, not B")
    wide: int = bits(4, 17, 1, "results are 32-bit accumulators, not bytes")
    threshold: int = bits(4, 18, 1, "post-process by thresholds, not by multiplication")
    chain: int = bits(4, 19, 1, "keep the sums: the next EXEC goes on with them")
    dense: int = bits(4, 20, 1, "zero-skip off: visit every column")
    entries: int = bits(4, 24, 4, "parameter entries of a channel: 1, or its thresholds")
    low: int = bits(5, 0, 10, "least result", signed=True)
    high: int = bits(5, 16, 10, "largest result", signed=True)
    zero_point: int = bits(5, 32, 10, "subtracted from a result on its way to bank B", signed=True)


@dataclass(frozen=True, kw_only=True)
class Store(Frame):
    """Bank C to memory."""

    opcode = Opcode.STORE

    address: int = bits(2, 0, 32, "first byte in memory, a multiple of 8")
    beats: int = bits(2, 32, 20, "8-byte beats")
    base: int = bits(3, 0, 16, "first 64-bit word of bank C")


FRAMES: tuple[type[Frame], ...] = (Load, Exec, Store)
