"""The builder of a random program."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from draw.programs.frames.access import Access, Place, Scoreboard
from draw.programs.frames.numbers import Rng, between, chance
from draw.programs.frames.params import Kinds, kinds
from draw.programs.program import RandomProgram
from tercet.targets.fabric.format.frame import FRAME_BYTES, Bank, Frame, Load
from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, WORD, FabricSpec

BASE, PAGE = 0x1000, 0x1000
MOST_MEMORY = 1 << 20

_PLACES = {
    Bank.WEIGHTS: Place.COLUMNS,
    Bank.ACTIVATIONS: Place.ACTIVATIONS,
    Bank.PARAMETERS: Place.PARAMETERS,
    Bank.WALK: Place.WALK,
    Bank.ROUTE: Place.ROUTE,
}


class Builder:
    """The frames, the memory and the accesses so far."""

    def __init__(self, rng: Rng, spec: FabricSpec) -> None:
        self.rng, self.spec = rng, spec
        self.memory = bytearray(BASE)
        self.board = Scoreboard(spec, MOST_MEMORY)
        self.frames: list[Frame] = []
        self.kinds: Kinds = kinds(rng, spec)
        self.results = range(-128, 128) if chance(rng, 0.5) else range(256)
        self.carried = [0] * spec.tiles
        """The greatest magnitude of the sums that a chain left in a tile's lanes."""
        self.blocks = 0
        """Blocks of tables so far."""
        self.stored: list[tuple[int, int]] = []
        """Address and beats of the STOREs' writes."""

    @property
    def everyone(self) -> int:
        return (1 << self.spec.tiles) - 1

    def data(self, content: bytes) -> int:
        """Place bytes in memory; returns their address, at any beat, often across pages."""
        self.memory += bytes(-len(self.memory) % BUS_BYTES + BUS_BYTES * between(self.rng, 0, 3))
        address = len(self.memory)
        self.memory += content
        return address

    def add(self, frame: Frame, access: Access) -> None:
        """Add a frame, with the waits that it needs and sometimes more."""
        counts = self.board.counts.copy()
        waits = self.board.add(frame.opcode, access)
        for engine, count in counts.items():
            name = f"wait_{engine.name.lower()}"
            if name in waits and chance(self.rng, 0.1):
                waits[name] = between(self.rng, waits[name], count)
        number = {"config_id": self.spec.config_id, "layer": between(self.rng, 0, 9)}
        self.frames.append(replace(frame, **waits, **number))

    def load(self, frame: Load, slices: Sequence[bytes], units: range) -> None:
        """A LOAD of one slice a group of tiles into `units` of a bank."""
        address = self.data(b"".join(slices))
        self.load_from(replace(frame, address=address), len(slices), len(slices[0]), units)

    def load_from(self, frame: Load, slices: int, size: int, units: range) -> None:
        """A LOAD of slices of `size` bytes that are in memory already."""
        tiles, beats = self.spec.tiles, size // BUS_BYTES
        each = tiles // slices
        together = chance(self.rng, 0.5)
        mask = (1 << each) - 1 if together else sum(1 << t for t in range(0, tiles, slices))
        frame = replace(
            frame,
            mask=mask,
            rotate=(each if together else 1) % tiles,
            beats=beats * slices,
            slice_beats=beats,
            base=units.start,
        )
        place, unit = _PLACES[Bank(frame.bank)], WORD if frame.bank == Bank.ACTIVATIONS else 1
        # columns that share a word of the map are accessed together
        whole = COLUMN_ALIGN if frame.bank == Bank.WEIGHTS else 1
        at = np.arange(units.start // unit, -(-units.stop // unit // whole) * whole)
        first = frame.address // BUS_BYTES
        access = Access()
        access.reads.append((Place.MEMORY, 0, np.arange(first, first + frame.beats)))
        access.writes.extend((place, tile, at) for tile in range(tiles))
        self.add(frame, access)

    def finish(self, seed: int) -> RandomProgram:
        frames = (*self.frames[:-1], replace(self.frames[-1], last=1))
        self.memory += bytes(-len(self.memory) % FRAME_BYTES)
        address = len(self.memory)
        self.memory += b"".join(frame.encode() for frame in frames)
        self.memory += bytes(-len(self.memory) % PAGE)
        assert len(self.memory) <= MOST_MEMORY
        memory = np.frombuffer(bytes(self.memory), np.uint8)
        latency = int(self.rng.choice([1, 2, 10, 10, 35]))
        window = (BASE, len(memory))
        return RandomProgram(seed, self.spec, memory, window, address, frames, latency)
