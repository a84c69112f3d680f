"""Sizes and widths that no configuration changes, as the RTL's package names them.

Each comes from where it is decided: `spec`, a field of a frame or of a table's entry, a register.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tercet.targets.fabric.format import pt5, registers, spec
from tercet.targets.fabric.format.frame import Exec, Load
from tercet.targets.fabric.format.tables import Run, Segment, Slot


@dataclass(frozen=True)
class Size:
    """A constant of the RTL's package."""

    name: str
    value: int
    doc: str


def sizes() -> Iterator[Size]:
    """Every constant, those of banks first."""
    yield from _banks()
    yield from _parameters()
    yield from _program()
    yield from _memory()


def _banks() -> Iterator[Size]:
    yield Size("BeatActs", spec.BUS_BYTES, "Activations in a beat, and in a word of bank B.")
    word = "Activations, and columns, that a tile looks at in a cycle: a word of bank B."
    yield Size("WordW", spec.WORD, word)
    yield Size("ActW", spec.ACT_BITS, "Bits of an activation: a byte less its zero point, signed.")
    yield Size("MapW", spec.COLUMN_ALIGN, "Columns whose bits the loader writes together.")
    yield Size("FifoDepth", spec.FIFO_DEPTH, "Words that can wait to be issued in a tile.")
    yield Size("FifoFull", spec.FIFO_FULL, "Words that wait when the walk is held.")
    yield Size("ByteTrits", pt5.BYTE_TRITS, "Trits in a PT-5 byte.")
    yield Size("Pt5Codes", pt5.CODES, "PT-5 bytes that stand for trits: those below this.")


def _parameters() -> Iterator[Size]:
    yield Size("AddW", spec.ADD_BITS, "Bits of the addend B of a parameter entry, signed.")
    yield Size("MulW", spec.MUL_BITS, "Bits of the multiplier M, signed.")
    yield Size("ShiftW", spec.SHIFT_BITS, "Bits of the shift s.")
    yield Size("WideW", spec.WIDE_BITS, "Bits of a result before it is narrowed.")
    yield Size("ClipW", Exec.layout()["low"].width, "Bits of a clip bound, and of a narrow result.")


def _program() -> Iterator[Size]:
    frame, run = Exec.layout(), Run.layout()
    yield Size("FrameW", frame["wait_load"].width, "Bits of the number of a frame in its program.")
    yield Size("LayerW", frame["layer"].width, "Bits of the layer that a frame belongs to.")
    yield Size("ConfigW", frame["config_id"].width, "Bits of the id of a configuration.")
    yield Size("KindW", Load.layout()["bank"].width, "Bits of a LOAD's bank, or an EXEC's kind.")
    yield Size("ModeW", frame["mode"].width, "Bits of the mode of post-processing.")
    yield Size("SlicesW", frame["log2_tk"].width, "Bits of log2 of the input slices.")
    yield Size("FieldW", frame["act_base"].width, "Bits of an address in a bank: sums wrap.")
    yield Size("TilesW", frame["tiles"].width, "Bits of a number of tiles.")
    yield Size("EntriesW", frame["entries"].width, "Bits of a number of entries of one sum.")
    entry = "Bits of the place of an entry in its table, and of the length of a list."
    yield Size("EntryW", run["count"].width, entry)
    yield Size("RepeatW", run["repeats"].width, "Bits of a number of repetitions.")
    yield Size("LengthW", Segment.layout()["length"].width, "Bits of the length of a segment.")
    yield Size("SlotLaneW", Slot.layout()["first"].width, "Bits of a lane in a slot.")


def _memory() -> Iterator[Size]:
    load, page = Load.layout(), registers.WINDOW_BASE_PAGE
    yield Size("BusW", 8 * spec.BUS_BYTES, "Bits of the memory bus, and of a frame's word.")
    yield Size("AddressW", load["address"].width, "Bits of an address in memory.")
    yield Size("BeatsW", load["beats"].width, "Bits of a number of beats.")
    yield Size("PageW", page.width, "Bits of the number of a page of memory.")
    yield Size("PageLow", page.low, "The lowest of them in an address.")
    yield Size("RegisterW", registers.ID.bits, "Bits of a register.")
