"""Which frames of a program may run at the same time, and what each of them touches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Bank, Exec, Frame, Kind, Load, Opcode, Store
from tercet.targets.fabric.format.spec import BUS_BYTES, PARAM_BYTES, WORD, FabricSpec
from tercet.targets.fabric.format.tables import ENTRY_BYTES, Slot
from tercet.targets.fabric.program.plan import Plan
from tercet.targets.fabric.timing import expand_route, expand_walk
from tercet.targets.fabric.timing.expand import field as field_of

Place = tuple[str, int, int]
"""Memory, tile (0 where there is only one), address."""
ENGINES = (Opcode.LOAD, Opcode.EXEC, Opcode.STORE)


@dataclass
class Touched:
    """What a frame reads and writes."""

    reads: set[Place] = field(default_factory=set)
    writes: set[Place] = field(default_factory=set)

    def disturbs(self, other: "Touched") -> set[Place]:
        both = self.writes & (other.reads | other.writes)
        return both | other.writes & self.reads


class Banks:
    """The tables as LOADs have left them, in the order of the program."""

    def __init__(self, plan: Plan) -> None:
        spec = self.spec = plan.spec
        self.memory = plan.image()
        self.walk = np.zeros((spec.tiles, spec.walk_depth), np.uint64)
        self.route = np.zeros((spec.tiles, spec.route_depth), np.uint64)

    def run(self, frame: Frame) -> Touched:
        if isinstance(frame, Load):
            return self._load(frame)
        if isinstance(frame, Exec):
            return _export(self.spec, frame) if frame.kind == Kind.EXPORT else self._exec(frame)
        assert isinstance(frame, Store)
        words = range(frame.base, frame.base + frame.beats)
        first = frame.address // BUS_BYTES
        return Touched(
            {("C", 0, n) for n in words},
            {("memory", 0, n) for n in range(first, first + frame.beats)},
        )

    def _load(self, frame: Load) -> Touched:
        bank, unit = Bank(frame.bank), _unit(self.spec, Bank(frame.bank))
        first = frame.address // BUS_BYTES
        found = Touched({("memory", 0, n) for n in range(first, first + frame.beats)})
        size = frame.slice_beats * BUS_BYTES
        for at in range(0, frame.beats * BUS_BYTES, size):
            data = self.memory[frame.address + at : frame.address + at + size]
            for tile in _turned(self.spec, frame, at // size):
                places = range(frame.base, frame.base + size // unit)
                found.writes |= {(bank.name, tile, n) for n in places}
                if bank in (Bank.WALK, Bank.ROUTE):
                    table = self.walk if bank is Bank.WALK else self.route
                    table[tile, frame.base : places.stop] = data.view("<u8")
        return found

    def _exec(self, frame: Exec) -> Touched:
        spec, found = self.spec, Touched()
        for tile in range(spec.tiles):
            segments = expand_walk(spec, frame, self.walk[tile])
            found.reads |= _spread("ACTIVATIONS", tile, segments["act"], segments["length"])
            if frame.kind == Kind.MAC:
                found.reads |= _spread("WEIGHTS", tile, segments["column"], segments["length"])
        slots = expand_route(spec, frame, self.route[0])
        for slot in slots:
            for lane in range(int(slot["last"]) - int(slot["first"]) + 1):
                step = int(slot["offset"]) + lane * frame.out_lane
                found.writes |= _heard(self, frame, int(slot["entry"]), step)
        return found


def _heard(banks: Banks, frame: Exec, entry: int, step: int) -> set[Place]:
    words = banks.route[: 1 if frame.to_c else banks.spec.tiles, entry]
    tiles = np.flatnonzero(field_of(Slot, "listens", words))
    address = (field_of(Slot, "address", words) + step) & 0xFFFF
    if frame.to_c:
        per = 2 if frame.wide else 8
        return {("C", 0, int(address[t]) // per) for t in tiles}
    return {("ACTIVATIONS", int(t), int(address[t])) for t in tiles}


def _export(spec: FabricSpec, frame: Exec) -> Touched:
    found = Touched()
    for j in range(frame.tiles):
        tile = (frame.tile + j * frame.tile_step) % spec.tiles
        acts = range(frame.act_base, frame.act_base + frame.groups * WORD)
        found.reads |= {("ACTIVATIONS", tile, n) for n in acts}
    words = range(frame.out_base, frame.out_base + frame.groups * frame.tiles)
    found.writes = {("C", 0, n) for n in words}
    return found


def _spread(
    name: str, tile: int, first: npt.NDArray[np.uint16], length: npt.NDArray[np.uint16]
) -> set[Place]:
    spans = {(int(a), int(n)) for a, n in zip(first, length, strict=True)}
    return {(name, tile, at) for a, n in spans for at in range(a, a + n)}


def _turned(spec: FabricSpec, frame: Load, turn: int) -> list[int]:
    tiles = [t for t in range(spec.tiles) if frame.mask >> t & 1]
    return [(t + turn * frame.rotate) % spec.tiles for t in tiles]


def _unit(spec: FabricSpec, bank: Bank) -> int:
    units = {Bank.WEIGHTS: spec.column_bytes, Bank.ACTIVATIONS: 1, Bank.PARAMETERS: PARAM_BYTES}
    return units.get(bank, ENTRY_BYTES)


def clocks(frames: Sequence[Frame]) -> list[dict[Opcode, int]]:
    """For each frame, how many of every engine's frames have surely finished when it starts."""
    numbers: dict[Opcode, list[int]] = {engine: [] for engine in ENGINES}
    found: list[dict[Opcode, int]] = []
    for n, frame in enumerate(frames):
        own = numbers[frame.opcode]
        waits = dict(
            zip(ENGINES, (frame.wait_load, frame.wait_exec, frame.wait_store), strict=True)
        )
        waits[frame.opcode] = max(waits[frame.opcode], len(own))
        clock = dict(waits)
        for engine, count in waits.items():
            assert count <= len(numbers[engine]), f"frame {n} waits for one behind it"
            for before in numbers[engine][:count]:
                clock = {e: max(clock[e], found[before][e]) for e in ENGINES}
        own.append(n)
        found.append(clock)
    return found


def together(frames: Sequence[Frame]) -> Iterator[tuple[int, int]]:
    """Pairs of frames that may run at the same time."""
    known, counts = clocks(frames), dict.fromkeys(ENGINES, 0)
    place = []
    for frame in frames:
        place.append(counts[frame.opcode])
        counts[frame.opcode] += 1
    for a, b in combinations(range(len(frames)), 2):
        after = known[b][frames[a].opcode] > place[a] or known[a][frames[b].opcode] > place[b]
        if frames[a].opcode is not frames[b].opcode and not after:
            yield a, b


def require_apart(plan: Plan) -> int:
    """Frames that may run at the same time touch nothing in common; how many pairs there are."""
    banks = Banks(plan)
    for frame in plan.setup.frames:
        banks.run(frame)
    frames = plan.infer.frames
    touched = [banks.run(frame) for frame in frames]
    pairs = list(together(frames))
    for a, b in pairs:
        common = touched[a].disturbs(touched[b])
        assert not common, f"frames {a} and {b} meet at {sorted(common)[:3]}"
    return len(pairs)
