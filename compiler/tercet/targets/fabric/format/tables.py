"""The tables that EXEC walks: the activations that a tile reads, and where results are written.

An entry has 64 bits. A RUN repeats a list: in the walk table a list of segments, in the route table
a list of slots. All sums of addresses wrap at 16 bits.

Reading, each tile by its own walk table: for each RUN up to the one marked `last`, for each of its
repetitions r, for each group g of the frame, for each SEGMENT of the list, the tile visits `length`
activations from act_base + start + r step + g act_group + act, against the weight columns from
column_base + g col_group + column. In a vector frame a segment is one item, or a zero (length 0).

Writing: for each RUN of tile 0's route table, each repetition and group, each SLOT of the list,
each lane from `first` to `last`: a tile that listens takes the result of tile `source` to its
address out_base + r step + g out_group + address + (lane - first) out_lane. The parameter entry is
param_base + g param_group + param + (lane - first) param_lane. A vector frame takes the items of a
value for each lane; for a slot with `again` it takes none and writes the previous value again.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Bits, bits, packed

ENTRY_BYTES = 8
MOST_REPEATS, MOST_LISTED = (1 << 11) - 1, (1 << 10) - 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One 64-bit entry."""

    doc: ClassVar[str]

    @classmethod
    @lru_cache
    def layout(cls) -> dict[str, Bits]:
        """Every field, by name."""
        return {f.name: f.metadata["bits"] for f in fields(cls)}

    def encode(self) -> int:
        """64 bits. Raises ValueError when a value does not fit its field."""
        (word,) = packed(self, self.layout(), 1)
        return word

    @classmethod
    def encode_all(cls, **values: IntArray | int) -> npt.NDArray[np.uint64]:
        """Entries of fields that are arrays, or one number for all. Raises ValueError as well."""
        found = np.zeros(np.broadcast_shapes(*(np.shape(v) for v in values.values())), np.uint64)
        for name, value in values.items():
            at, part = cls.layout()[name], np.asarray(value)
            if part.size and (part.min() < 0 or part.max() >= 1 << at.width):
                raise ValueError(f"{cls.__name__}.{name} needs {at.width} bits")
            found |= part.astype(np.uint64) << np.uint64(at.low)
        return found


@dataclass(frozen=True, kw_only=True)
class Run(Entry):
    """Repeats a list of entries. Both tables have RUNs; in the route table `start` is not used."""

    start: int = bits(0, 0, 16, "activation address of the first repetition")
    step: int = bits(0, 16, 16, "step of the address from repetition to repetition")
    list: int = bits(0, 32, 10, "first entry of the list")
    count: int = bits(0, 42, 10, "entries of the list, 1 or more")
    repeats: int = bits(0, 52, 11, "repetitions, 1 or more")
    last: int = bits(0, 63, 1, "the frame's last RUN")


@dataclass(frozen=True, kw_only=True)
class Segment(Entry):
    """Activations in a row, and the weight columns that they meet, one each."""

    act: int = bits(0, 0, 16, "first activation")
    column: int = bits(0, 16, 16, "first column")
    length: int = bits(0, 32, 14, "activations; in a vector frame 1, or 0 for an item of zero")
    end: int = bits(0, 46, 1, "this segment completes the sum, or the value")
    triple: int = bits(0, 47, 1, "the sums are multiplied by three before this segment: next plane")


@dataclass(frozen=True, kw_only=True)
class Slot(Entry):
    """Lanes to drain. Tile 0's `first`, `last`, `param` and `again` hold for all tiles.

    A slot with `again` has one lane, and follows one of one lane in the same list.
    """

    address: int = bits(0, 0, 16, "address to which the first lane's result is written")
    first: int = bits(0, 16, 6, "first lane")
    last: int = bits(0, 22, 6, "last lane")
    source: int = bits(0, 28, 5, "the tile whose results this tile hears, below T")
    listens: int = bits(0, 33, 1, "the tile writes what it hears")
    param: int = bits(0, 34, 16, "parameter entry of the first lane")
    again: int = bits(0, 50, 1, "vector frame: no items; the value of the previous slot again")


ENTRIES: tuple[type[Entry], ...] = (Run, Segment, Slot)


Address = TypeVar("Address", int, IntArray)


def wrap(address: Address) -> Address:
    """An address as the fields hold it: 16 bits."""
    return address & 0xFFFF
