"""The reads and writes of frames, and the waits that order them."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Opcode
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD, FabricSpec


class Place(Enum):
    """A memory; all but the last two are a tile's own."""

    COLUMNS = "columns"
    ACTIVATIONS = "words of activations"
    PARAMETERS = "parameters"
    WALK = "walk table"
    ROUTE = "route table"
    OUTPUTS = "words of bank C"
    MEMORY = "words of memory"


@dataclass(frozen=True)
class Access:
    """The accesses of a frame: memory, tile and addresses."""

    reads: list[tuple[Place, int, IntArray]] = field(default_factory=list)
    writes: list[tuple[Place, int, IntArray]] = field(default_factory=list)


class Scoreboard:
    """The accesses of all frames so far, from which the waits of a new frame follow."""

    def __init__(self, spec: FabricSpec, memory: int) -> None:
        shapes = {
            Place.COLUMNS: (spec.tiles, spec.bank_a_depth),
            Place.ACTIVATIONS: (spec.tiles, spec.bank_b_depth // WORD),
            Place.PARAMETERS: (spec.tiles, spec.param_depth),
            Place.WALK: (spec.tiles, spec.walk_depth),
            Place.ROUTE: (spec.tiles, spec.route_depth),
            Place.OUTPUTS: (1, spec.out_depth),
            Place.MEMORY: (1, memory // BUS_BYTES),
        }
        self.counts = dict.fromkeys(Opcode, 0)
        self._read = {(e, p): np.zeros(s, np.int64) for e in Opcode for p, s in shapes.items()}
        self._wrote = {key: array.copy() for key, array in self._read.items()}

    def add(self, engine: Opcode, access: Access) -> dict[str, int]:
        """Enter the engine's next frame; returns the least waits with which it may start."""
        waits = {other: 0 for other in Opcode if other is not engine}
        for other in waits:
            for place, tile, at in (*access.reads, *access.writes):
                waits[other] = max(waits[other], self._wrote[other, place][tile, at].max())
            for place, tile, at in access.writes:
                waits[other] = max(waits[other], self._read[other, place][tile, at].max())
        self.counts[engine] += 1
        for seen, touched in ((self._read, access.reads), (self._wrote, access.writes)):
            for place, tile, at in touched:
                seen[engine, place][tile, at] = self.counts[engine]
        return {f"wait_{other.name.lower()}": int(count) for other, count in waits.items()}
