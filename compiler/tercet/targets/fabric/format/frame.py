"""The program format: every field of every frame, declared once.

A program is a list of 64-byte frames (TFD, ternary frame descriptor). The RTL's package and the
runtime's header are generated from the classes below; `encode` and `decode` follow them too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np

WORDS = 8
"""64-bit words of a frame."""
FRAME_BYTES = 8 * WORDS


class Opcode(IntEnum):
    """The kinds of frames: each kind has an engine of its own."""

    LOAD = 1
    EXEC = 2
    STORE = 3


class Bank(IntEnum):
    """The bank or table that a LOAD writes to."""

    WEIGHTS = 0
    ACTIVATIONS = 1
    PARAMETERS = 2
    WALK = 3
    ROUTE = 4


class Kind(IntEnum):
    """What an EXEC does."""

    MAC = 0
    VECTOR = 1
    EXPORT = 2


class Mode(IntEnum):
    """How post-processing makes a result."""

    PRODUCT = 0
    THRESHOLD = 1
    GREATEST = 2
    TABLE = 3
    PRODUCT_OF_TWO = 4


class ErrorCode(IntEnum):
    """Values of STATUS.code; STATUS.frame is the number of the frame."""

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
    """Place of a field in a frame or an entry: word, lowest bit, width."""

    word: int
    low: int
    width: int
    signed: bool
    doc: str


def bits(word: int, low: int, width: int, doc: str, *, signed: bool = False) -> Any:
    """Declare a field of `width` bits at bit `low` of 64-bit word `word`."""
    return field(default=0, metadata={"bits": Bits(word, low, width, signed, doc)})


def packed(value: object, layout: Mapping[str, Bits], words: int) -> list[int]:
    """The fields of `value` in `words` words of 64 bits. Raises ValueError if one does not fit."""
    found = [0] * words
    for name, at in layout.items():
        part = int(getattr(value, name))
        low = -(1 << (at.width - 1)) if at.signed else 0
        if not low <= part < low + (1 << at.width):
            raise ValueError(f"{type(value).__name__}.{name} = {part} needs {at.width} bits")
        found[at.word] |= (part & ((1 << at.width) - 1)) << at.low
    return found


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The fields of every frame. It starts when its three counts of finished frames are reached."""

    opcode: ClassVar[Opcode]

    last: int = bits(0, 8, 1, "the program ends with this frame")
    wait_load: int = bits(0, 16, 16, "start after this many LOADs have finished")
    wait_exec: int = bits(0, 32, 16, "start after this many EXECs have finished")
    wait_store: int = bits(0, 48, 16, "start after this many STOREs have finished")
    mask: int = bits(1, 0, 32, "a bit for each tile that takes part: at least one, none from T on")
    config_id: int = bits(1, 32, 16, "id of the configuration the program was built for")
    layer: int = bits(1, 48, 16, "telemetry hint: the layer this frame belongs to")

    @classmethod
    def layout(cls) -> dict[str, Bits]:
        """Every field but the opcode, by name."""
        return {f.name: f.metadata["bits"] for f in fields(cls)}

    def encode(self) -> bytes:
        """64 bytes, little-endian. Raises ValueError when a value does not fit its field."""
        words = packed(self, self.layout(), WORDS)
        words[0] |= int(self.opcode)
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
    """Memory to banks: weights (PT-5, hydrated), activations, parameters, or tables."""

    opcode = Opcode.LOAD

    address: int = bits(2, 0, 32, "first byte in memory, a multiple of 8")
    beats: int = bits(2, 32, 20, "8-byte beats in all")
    bank: int = bits(3, 0, 3, "0 weights, 1 activations, 2 parameters, 3 walk, 4 route")
    signed_bytes: int = bits(3, 8, 1, "activations are s8, not u8")
    zero_point: int = bits(3, 16, 9, "subtracted from every activation", signed=True)
    base: int = bits(3, 32, 16, "first column (a multiple of 16), activation (of 8), or entry")
    rotate: int = bits(3, 48, 5, "after each slice the mask turns by this many tiles, at most T")
    slice_beats: int = bits(
        4, 0, 20, "beats of a slice: whole columns or entries; each slice begins at base"
    )


@dataclass(frozen=True, kw_only=True)
class Exec(Frame):
    """Walks the tables: multiplies and accumulates, works value by value, or exports activations.

    Reading: for each RUN of the tile's walk table, for each repetition, group and segment; writing:
    for each RUN of the route table, for each repetition, group and slot (see `tables`).
    """

    opcode = Opcode.EXEC

    walk: int = bits(2, 0, 10, "first RUN of the walk table")
    route: int = bits(2, 16, 10, "first RUN of the route table")
    column_base: int = bits(2, 32, 16, "added to every column address")
    act_base: int = bits(2, 48, 16, "added to every activation address; export: first activation")
    groups: int = bits(3, 0, 16, "groups of a repetition; export: 64-bit words from each tile")
    act_group: int = bits(3, 16, 16, "step of the activation address from group to group")
    col_group: int = bits(3, 32, 16, "step of the column address from group to group")
    out_group: int = bits(3, 48, 16, "step of the write address from group to group")
    param_base: int = bits(4, 0, 16, "first parameter entry")
    param_group: int = bits(4, 16, 16, "step of the entry from group to group")
    param_lane: int = bits(4, 32, 16, "step of the entry from lane to lane, or item to item")
    out_lane: int = bits(4, 48, 16, "step of the write address from lane to lane")
    out_base: int = bits(5, 0, 16, "added to every write address; export: first word of bank C")
    low: int = bits(5, 16, 10, "least result", signed=True)
    high: int = bits(5, 32, 10, "largest result", signed=True)
    zero_point: int = bits(5, 48, 10, "subtracted from a result for bank B", signed=True)
    kind: int = bits(6, 0, 2, "0 multiply and accumulate, 1 vector, 2 export")
    mode: int = bits(6, 4, 3, "0 product, 1 threshold, 2 greatest, 3 table, 4 product of two")
    log2_tk: int = bits(6, 8, 3, "log2 of the number of input slices, which are neighbouring tiles")
    entries: int = bits(6, 16, 8, "parameter entries of a sum: 1, or the number of its thresholds")
    to_c: int = bits(6, 24, 1, "write to bank C, not B")
    wide: int = bits(6, 25, 1, "results are 32-bit sums, not bytes")
    chain: int = bits(6, 26, 1, "no results: the lanes keep their sums for the next EXEC")
    dense: int = bits(6, 27, 1, "zero-skip off: every column takes a cycle")
    offset: int = bits(6, 32, 10, "added to an item of modes 2 and 3", signed=True)
    tile: int = bits(6, 48, 5, "export: the first tile, below T")
    tiles: int = bits(7, 0, 6, "export: how many tiles")
    tile_step: int = bits(7, 8, 5, "export: step from one tile to the next, below T; modulo T")


@dataclass(frozen=True, kw_only=True)
class Store(Frame):
    """Bank C to memory."""

    opcode = Opcode.STORE

    address: int = bits(2, 0, 32, "first byte in memory, a multiple of 8")
    beats: int = bits(2, 32, 20, "8-byte beats")
    base: int = bits(3, 0, 16, "first 64-bit word of bank C")


FRAMES: tuple[type[Frame], ...] = (Load, Exec, Store)
