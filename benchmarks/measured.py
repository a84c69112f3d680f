"""Networks of the zoo in the exact model of the fabric: what each layer costs, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.ir.module import ops_of
from tercet.ir.types import IntArray
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.targets.fabric.format.frame import Exec, Kind
from tercet.targets.fabric.format.spec import BUS_BYTES, FabricSpec, named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Bytes, Plan
from tercet.targets.fabric.timing import ExecTime, frame_time
from tercet_golden.cycles import FrameRecord, Machine, Ran
from tercet_golden.cycles.execute import Heard
from tercet_golden.vectors import make as vectors

COUNT, SEED, LATENCY = 8, 1, 10
DENSE, CONV = "dense", "3x3"


@dataclass
class LayerTotal:
    """Of the frames of one layer and kind, all vectors; cycles are those in which EXEC ran."""

    cycles: int = 0
    columns: int = 0
    """That tiles walked over, and that they issued: sums over the tiles."""
    issued: int = 0
    passes: int = 0
    values: int = 0
    """That were written."""
    active: int = 0
    """Lanes of issued columns with two operands that are not zero; counted by TELEMETRY=2."""
    undrained: int = 0
    """Cycles if each pass drained a single value; of these, before the first column and behind the
    last one and its token: `idle`. Only of layers that were asked for."""
    idle: int = 0

    def add(self, record: FrameRecord) -> None:
        """One frame more."""
        assert record.time is not None
        self.cycles += record.end - record.start
        self.columns += record.total("columns")
        self.issued += record.total("issued")
        self.passes += record.time.passes
        self.values += len(record.time.writes)
        self.active += 0 if record.heard is None else int(record.heard.active.sum())


@dataclass(frozen=True)
class Measured:
    """A network on real samples: sums over all vectors."""

    plan: Plan
    cycles: int
    loaded: int
    """Bytes."""
    waits: int
    """Cycles in which no EXEC ran, and the next one waited for a LOAD."""
    layers: dict[tuple[int, Kind], LayerTotal]
    """By number of the layer and kind of its frames."""
    outputs: Bytes
    """[V, bytes]."""

    def total(self, name: str, *kinds: Kind) -> int:
        """Over the layers' frames of these kinds, or of all."""
        return sum(
            getattr(t, name) for (_, kind), t in self.layers.items() if not kinds or kind in kinds
        )


class Probe(Machine):
    """A fabric that asks how long the frames of some layers would take if they drained nothing."""

    def __init__(self, spec: FabricSpec, asked: Collection[int]) -> None:
        super().__init__(spec)
        self.asked = asked
        self.undrained: list[tuple[int, ExecTime]] = []
        """Layer and time of frames."""

    def _exec(self, frame: Exec) -> tuple[ExecTime, Heard | None]:
        if frame.layer in self.asked and frame.kind == Kind.MAC:
            segments, slots = self._tables(frame)
            short = slots[slots["begin"] != 0]
            short["last"], short["end"] = short["first"], 1
            acts, columns = self.banks.acts != 0, self.banks.columns
            single = replace(frame, entries=min(1, frame.entries))
            time = frame_time(self.spec, single, segments, short, acts, columns)
            self.undrained.append((frame.layer, time))
        return super()._exec(frame)


@cache
def module_of(model: str) -> ModuleOp:
    return passes.run(frontends.capture(frontends.resolve(model)))


@cache
def samples_of(model: str) -> IntArray:
    """Real ones [COUNT, ...]."""
    return vectors(module_of(model), frontends.resolve(model).samples, COUNT, SEED).x[:COUNT]


@cache
def plan_of(model: str, fabric: str) -> Plan:
    return make(module_of(model), named(fabric))


def products_of(module: ModuleOp) -> dict[str, tuple[str, int]]:
    """Layers that have a target: their names, kinds, and how many inputs (channels)."""
    found = {}
    for op in ops_of(module):
        if isinstance(op, Linear):
            found[op.layer.data] = DENSE, op.matrix().shape[1]
        elif isinstance(op, Conv) and op.groups.value.data == 1:
            _, channels, *kernel = op.kernels().shape
            if kernel == [3, 3]:
                found[op.layer.data] = CONV, channels
    return found


def dense(plan: Plan) -> Plan:
    """The same with zero-skip off."""
    frames = tuple(
        replace(f, dense=1) if isinstance(f, Exec) and f.kind == Kind.MAC else f
        for f in plan.infer.frames
    )
    return replace(plan, infer=replace(plan.infer, frames=frames))


def measure(plan: Plan, x: IntArray, asked: Collection[int] = ()) -> Measured:
    """Make the network resident, and run inputs [V, ...] one after the other."""
    machine, memory = Probe(plan.spec, asked), plan.image()
    machine.run(plan.setup.address, plan.setup.frames, memory, LATENCY)
    layers: dict[tuple[int, Kind], LayerTotal] = {}
    cycles = loaded = waits = 0
    outputs = []
    for data in plan.pack(x):
        memory[plan.input_address :][: len(data)] = data
        ran = machine.run(plan.infer.address, plan.infer.frames, memory, LATENCY)
        outputs.append(memory[plan.output_address :][: plan.output_bytes].copy())
        cycles, waits = cycles + ran.cycles, waits + waits_of(ran)
        loaded += BUS_BYTES * ran.counters["load_beats"]
        for record, frame in execs(ran):
            key = frame.layer, Kind(frame.kind)
            layers.setdefault(key, LayerTotal()).add(record)
    for layer, time in machine.undrained:
        total, ran_at = layers[layer, Kind.MAC], time.first >= 0
        span = int(time.last.max() - time.first[ran_at].min()) + 1
        total.undrained += time.cycles
        total.idle += time.cycles - span - min(1, time.passes)
    return Measured(plan, cycles, loaded, waits, layers, np.array(outputs))


def execs(ran: Ran) -> Iterator[tuple[FrameRecord, Exec]]:
    """The EXEC frames."""
    return ((r, r.frame) for r in ran.frames if isinstance(r.frame, Exec))


def waits_of(ran: Ran) -> int:
    """Cycles between EXEC frames, or before the first, until the LOAD for the next has finished."""
    loads = [r.end for r in ran.frames if r.frame.opcode.name == "LOAD"]
    found = before = 0
    for record, frame in execs(ran):
        ready = max(loads[: frame.wait_load], default=0)
        found += max(0, min(ready, record.start) - before)
        before = record.end
    return found
