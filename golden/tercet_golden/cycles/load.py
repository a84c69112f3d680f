"""The effects of LOAD and STORE on banks and memory."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Bank, Load, Store
from tercet.targets.fabric.format.pt5 import POWERS, unpack
from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, PARAM_BYTES, WORD, FabricSpec
from tercet_golden.cycles.banks import Banks

Bytes = npt.NDArray[np.uint8]


def load(spec: FabricSpec, banks: Banks, frame: Load, memory: Bytes) -> None:
    """Load from memory into banks. Raises ValueError where the fabric would report an error."""
    if not frame.beats or not frame.slice_beats:
        raise ValueError("no beats (size)")
    if frame.rotate > spec.tiles:
        raise ValueError(f"its mask turns by {frame.rotate} of {spec.tiles} tiles (mask)")
    if frame.bank not in _PUT:
        raise ValueError(f"no bank {frame.bank}")
    put, unit, align = _PUT[Bank(frame.bank)]
    if frame.base % align:
        raise ValueError(f"base {frame.base} is not a multiple of {align} (bank)")
    unit = spec.column_bytes if frame.bank == Bank.WEIGHTS else unit
    for tiles, part in _slices(spec, frame, _span(memory, frame.address, frame.beats)):
        if len(part) % unit:
            raise ValueError(f"a slice of {len(part)} bytes is not whole: {unit} bytes each (size)")
        for tile in tiles:
            put(banks, tile, frame, part.reshape(-1, unit))


def _span(memory: Bytes, address: int, beats: int) -> Bytes:
    end = address + BUS_BYTES * beats
    if address % BUS_BYTES or end > len(memory):
        raise ValueError(f"bytes {address}..{end} lie outside of memory (window)")
    return memory[address:end]


def _slices(spec: FabricSpec, frame: Load, data: Bytes) -> Iterator[tuple[list[int], Bytes]]:
    """The tiles that take each slice, and the slice's bytes."""
    mask, most = frame.mask, (1 << spec.tiles) - 1
    step = BUS_BYTES * frame.slice_beats
    for at in range(0, len(data), step):
        yield [t for t in range(spec.tiles) if mask >> t & 1], data[at : at + step]
        mask = (mask << frame.rotate | mask >> (spec.tiles - frame.rotate)) & most


def _fits(base: int, count: int, depth: int) -> None:
    if base + count > depth:
        raise ValueError(f"entry {base + count - 1} lies beyond its bank of {depth}")


def _weights(banks: Banks, tile: int, frame: Load, part: Bytes) -> None:
    if (part >= 3 ** len(POWERS)).any():
        raise ValueError("an illegal PT-5 byte")
    _fits(frame.base, len(part), banks.weights.shape[1])
    banks.put_columns(tile, frame.base, unpack(part).astype(np.int8))


def _activations(banks: Banks, tile: int, frame: Load, part: Bytes) -> None:
    values = part.ravel().view(np.int8) if frame.signed_bytes else part.ravel()
    _fits(frame.base, len(values), banks.acts.shape[1])
    # nine bits: larger values wrap
    acts = (values.astype(np.int16) - frame.zero_point + 256 & 511) - 256
    banks.acts[tile, frame.base : frame.base + len(acts)] = acts


def _parameters(banks: Banks, tile: int, frame: Load, part: Bytes) -> None:
    _fits(frame.base, len(part), banks.params.shape[1])
    banks.params[tile, frame.base : frame.base + len(part)] = part.view("<u8")


def _walk(banks: Banks, tile: int, frame: Load, part: Bytes) -> None:
    _fits(frame.base, len(part), banks.walk.shape[1])
    banks.walk[tile, frame.base : frame.base + len(part)] = part.view("<u8").ravel()


def _route(banks: Banks, tile: int, frame: Load, part: Bytes) -> None:
    _fits(frame.base, len(part), banks.route.shape[1])
    banks.route[tile, frame.base : frame.base + len(part)] = part.view("<u8").ravel()


_PUT = {
    Bank.WEIGHTS: (_weights, 0, COLUMN_ALIGN),
    Bank.ACTIVATIONS: (_activations, BUS_BYTES, WORD),
    Bank.PARAMETERS: (_parameters, PARAM_BYTES, 1),
    Bank.WALK: (_walk, BUS_BYTES, 1),
    Bank.ROUTE: (_route, BUS_BYTES, 1),
}
"""By bank: the function that stores a slice, the bytes of a unit, the alignment of a base."""


def store(banks: Banks, frame: Store, memory: Bytes) -> None:
    """Store from bank C to memory. Raises ValueError."""
    if not frame.beats:
        raise ValueError("no beats (size)")
    first = BUS_BYTES * frame.base
    last = first + BUS_BYTES * frame.beats
    if last > len(banks.out):
        raise ValueError(f"word {frame.base + frame.beats - 1} lies beyond bank C")
    _span(memory, frame.address, frame.beats)[:] = banks.out[first:last]
