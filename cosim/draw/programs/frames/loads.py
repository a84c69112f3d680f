"""LOADs of what EXECs work with, and STOREs of what they made."""

from math import gcd

import numpy as np

from draw.programs.frames.access import Access, Place
from draw.programs.frames.builder import Builder
from draw.programs.frames.numbers import between, chance
from draw.programs.frames.params import image
from tercet.targets.fabric.format import pt5
from tercet.targets.fabric.format.frame import Bank, Load, Store
from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, WORD


def weights(b: Builder, columns: range) -> None:
    """Columns of any density, many of them zero throughout."""
    density, slices = b.rng.uniform(0, 1), _slices(b)
    shape = (slices, len(columns), b.spec.lanes)
    share = [density / 2, 1 - density, density / 2]
    trits = b.rng.choice(np.array([-1, 0, 1]), shape, p=share)
    trits[b.rng.random(shape[:2]) < b.rng.uniform(0, 0.6)] = 0
    packed = pt5.pack(trits.astype(np.int64))
    b.load(Load(bank=Bank.WEIGHTS), [part.tobytes() for part in packed], columns)


def activations(b: Builder, acts: range) -> None:
    """Activations of any density, or what a STORE has left in memory."""
    signed = chance(b.rng, 0.5)
    zero = between(b.rng, -128, 127) if signed else between(b.rng, 0, 255)
    frame = Load(bank=Bank.ACTIVATIONS, signed_bytes=int(signed), zero_point=zero)
    old = [(address, beats) for address, beats in b.stored if beats * WORD >= len(acts)]
    if old and chance(b.rng, 0.4):
        address, _ = old[between(b.rng, 0, len(old) - 1)]
        b.load_from(Load(**{**_fields(frame), "address": address}), 1, len(acts), acts)
        return
    slices = _slices(b)
    bytes_ = b.rng.integers(0, 256, (slices, len(acts)), np.uint8)
    bytes_[b.rng.random(bytes_.shape) < b.rng.uniform(0, 1)] = zero & 0xFF
    b.load(frame, [part.tobytes() for part in bytes_], acts)


def parameters(b: Builder, at: range) -> None:
    parts = [image(b.rng, b.spec, b.kinds, at, b.results) for _ in range(_slices(b))]
    b.load(Load(bank=Bank.PARAMETERS), parts, at)


def store(b: Builder, words: range) -> None:
    """Words of bank C to memory."""
    address, count = b.data(b.rng.bytes(BUS_BYTES * len(words))), len(words)
    first = address // BUS_BYTES
    access = Access()
    access.reads.append((Place.OUTPUTS, 0, np.arange(words.start, words.stop)))
    access.writes.append((Place.MEMORY, 0, np.arange(first, first + count)))
    b.add(Store(address=address, beats=count, base=words.start, mask=1), access)
    b.stored.append((address, count))


def anything(b: Builder) -> None:
    """A part of some bank, loaded anew, or a part of bank C, stored."""
    spec = b.spec
    kind = between(b.rng, 0, 3)
    if kind == 0:
        weights(b, _some_columns(b))
    elif kind == 1:
        activations(b, _part(b, spec.bank_b_depth, WORD))
    elif kind == 2:
        parameters(b, _part(b, spec.param_depth, 1))
    else:
        store(b, _part(b, spec.out_depth, 1))


def _some_columns(b: Builder) -> range:
    """Columns that fill whole beats; often less than the groups that share a word of the map."""
    part = _part(b, b.spec.bank_a_depth, COLUMN_ALIGN)
    unit = BUS_BYTES // gcd(BUS_BYTES, b.spec.column_bytes)
    return part[: between(b.rng, 1, len(part) // unit) * unit] if chance(b.rng, 0.5) else part


def _part(b: Builder, depth: int, unit: int) -> range:
    """A part of a bank of up to a quarter, in whole units."""
    units = depth // unit
    count = between(b.rng, 1, max(1, units // 4))
    first = between(b.rng, 0, units - count)
    return range(first * unit, (first + count) * unit)


def _slices(b: Builder) -> int:
    """How many tiles, or groups of them, have content of their own."""
    return 1 << between(b.rng, 0, b.spec.tiles.bit_length() - 1)


def _fields(frame: Load) -> dict[str, int]:
    return {name: getattr(frame, name) for name in Load.layout()}
