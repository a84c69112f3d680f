"""Where things lie: banks of the tiles, and memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from tercet.errors import CapacityError
from tercet.fabric.mapping import DenseMap, up
from tercet.fabric.spec import MAX_DEPTH, WORD, FabricSpec

MEMORY_BASE = 0x1000
"""The fabric's memory window begins here: address zero stays out of reach."""
ALIGN = 64
PAGE = 4096
"""The window is made of whole pages."""
LARGEST_WINDOW = 1 << 28
"""Bytes that a window may span."""


@dataclass(frozen=True)
class Places:
    """First column, activation and parameter entry of every layer, and what follows the last."""

    columns: tuple[int, ...]
    acts: tuple[int, ...]
    params: tuple[int, ...]


def place(
    names: Sequence[str],
    maps: Sequence[DenseMap],
    entries: Sequence[int],
    out_words: int,
    spec: FabricSpec,
) -> Places:
    """Places in the banks for layers with so many parameter `entries` a channel.

    Bank A and the parameters are filled layer after layer; bank B is used from two sides in turn,
    so that a layer never writes what it reads. Raises CapacityError.
    """
    columns, params = [0], [0]
    for mapping, each in zip(maps, entries, strict=True):
        columns.append(columns[-1] + mapping.passes * mapping.columns)
        params.append(params[-1] + mapping.passes * mapping.lanes * each)
    widths = [up(m.slice_inputs, WORD) for m in maps]
    low, high = max(widths[0::2]), max(widths[1::2], default=0)
    for needed, held, what, key in (
        (columns[-1], spec.bank_a_depth, "weight columns a tile", "bank_a_depth"),
        (params[-1], spec.param_depth, "parameter entries a tile", "param_depth"),
        (low + high, spec.bank_b_depth, "activations a tile", "bank_b_depth"),
        (out_words, spec.out_depth, "64-bit words of outputs", "out_depth"),
    ):
        if needed > held:
            raise CapacityError(
                f"the network of {len(names)} layers ({names[0]} … {names[-1]}) needs {needed}"
                f" {what}, the fabric {spec.name!r} has {held}:"
                f" {_way_out(needed, key, spec)}"
            )
    acts = [0 if i % 2 == 0 else low for i in range(len(maps) + 1)]
    return Places(tuple(columns), tuple(acts), tuple(params))


def _way_out(needed: int, key: str, spec: FabricSpec) -> str:
    depth = 1 << (needed - 1).bit_length()
    if depth > MAX_DEPTH:
        return f"none has more than {MAX_DEPTH}; choose one with more tiles, or split the network"
    return f"choose a larger fabric, such as --fabric {spec.name},{key}={depth}"


class Memory:
    """Hands out addresses, one after the other. Local to one run of `plan.make`."""

    def __init__(self) -> None:
        self.top = MEMORY_BASE

    def take_all(self, images: Sequence[bytes], what: Sequence[str]) -> tuple[int, ...]:
        """The first byte of each image."""
        return tuple(self.take(len(i), w) for i, w in zip(images, what, strict=True))

    def take(self, size: int, what: str) -> int:
        """The first of `size` bytes. Raises CapacityError where the window ends."""
        address = self.top
        self.top = up(address + size, ALIGN)
        if self.top - MEMORY_BASE > LARGEST_WINDOW:
            raise CapacityError(
                f"the memory map ends before the {what}: {self.top - MEMORY_BASE} bytes are needed,"
                f" a window spans {LARGEST_WINDOW}; split the network"
            )
        return address
