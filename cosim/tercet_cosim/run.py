"""Runs of a plan on the simulated fabric."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from tercet.errors import TercetError
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec, Kind
from tercet.targets.fabric.program.plan import LayerPlan, Plan
from tercet_cosim.bench import counters
from tercet_cosim.bench.element_writes import Written, written
from tercet_cosim.bench.job import Job, Outcome
from tercet_cosim.bench.observed_values import layer_cycles_of, values_of
from tercet_cosim.bench.process import execute, execute_all
from tercet_cosim.build.build import build

LATENCY = 10
"""Cycles of the memory, from an address to its first beat."""
HUNG, TIMES = 4_000_000, 4
"""The time limit of a program: so many cycles, and so many times its work."""
MOST = (1 << 31) - 1


@dataclass(frozen=True)
class Memory:
    """The latency and stalls of the memory."""

    latency: int = LATENCY
    stall: int = 0
    """Chance of 1/256 with which a handshake is held back in a cycle."""


@dataclass(frozen=True, eq=False)
class Work:
    """Inputs to run through a plan."""

    plan: Plan
    xs: tuple[IntArray, ...]
    memory: Memory = Memory()


@dataclass(frozen=True)
class Run:
    """Values, cycles and counters of a simulation, for every vector [V] or run of a batch [R]."""

    values: dict[str, IntArray]
    """Sums and results of every layer by name, as written [V, elements]."""
    outputs: dict[str, IntArray]
    """The outputs in memory [V, elements], by name."""
    cycles: IntArray
    """From the doorbell's handshake to irq [R]."""
    counters: dict[str, IntArray]
    """Every telemetry register [R]."""
    layer_cycles: dict[str, IntArray]
    """The cycles of each layer's EXEC frames [R]."""
    setup: dict[str, int]
    """Telemetry registers after the program that makes the network resident."""
    simulated: int
    """Clock cycles in all, and the processor seconds they took."""
    seconds: float
    waveform: Path | None
    plan: Plan
    outcome: Outcome
    """The outcome that all of this was made from."""
    first: int = 0
    """The number of the first vector in `values` and `outputs`."""

    def last(self, vectors: int) -> Self:
        """The values and outputs of the last vectors alone."""
        first = len(next(iter(self.outputs.values()))) - vectors
        values = {name: value[first:] for name, value in self.values.items()}
        outputs = {name: value[first:] for name, value in self.outputs.items()}
        return replace(self, values=values, outputs=outputs, first=self.first + first)

    def written(self, name: str, vector: int, element: int) -> Written | None:
        """The write of an element of `values`; None for other values."""
        return written(self.plan, self.outcome, name, self.first + vector, element)


def simulate(
    plan: Plan,
    *xs: IntArray,
    waves: bool = False,
    memory: Memory = Memory(),
    rtl: Path | None = None,
    out: Path | None = None,
    wave: str = "wave",
) -> Run:
    """Run inputs [V, ...] through a plan. With `waves`, it writes a waveform to `out`.

    `wave` is the name of the waveform's file.

    Raises TercetError when the fabric reports an error or hangs, or an assertion fires.
    """
    built = build(plan.spec, waves=waves, rtl=rtl)
    outcome, waveform = execute(built, job_of(plan, *xs, memory=memory), out, wave)
    return _run(plan, outcome, len(xs[0]), waveform)


def simulate_all(works: Sequence[Work]) -> list[Run | TercetError]:
    """Run plans for one fabric in one simulation, or each in its own if that breaks.

    An error, a hang or a fired assertion is returned in the place of the plan's run.
    """
    built = build(works[0].plan.spec)
    jobs = [job_of(work.plan, *work.xs, memory=work.memory) for work in works]
    try:
        outcomes = execute_all(built, jobs)
    except TercetError as error:
        return [error] if len(works) == 1 else [simulate_all([work])[0] for work in works]
    found = list[Run | TercetError]()
    for work, outcome in zip(works, outcomes, strict=True):
        try:
            found.append(_run(work.plan, outcome, len(work.xs[0]), None))
        except TercetError as error:
            found.append(error)
    return found


def _run(plan: Plan, outcome: Outcome, vectors: int, waveform: Path | None) -> Run:
    """The run of an outcome. Raises TercetError if the fabric reported an error."""
    if outcome.error:
        raise TercetError(f"the fabric {plan.spec.name!r} failed at {outcome.error}")
    names = counters.names(plan.spec.tiles, plan.spec.lanes, plan.spec.telemetry)
    return Run(
        values=values_of(plan, outcome, vectors),
        outputs=plan.unpack(outcome.outputs, vectors),
        cycles=outcome.latency,
        counters={name: outcome.counters[:, i] for i, name in enumerate(names)},
        layer_cycles=layer_cycles_of(plan, outcome),
        setup=dict(zip(names, map(int, outcome.setup_counters), strict=True)),
        simulated=outcome.simulated,
        seconds=outcome.seconds,
        waveform=waveform,
        plan=plan,
        outcome=outcome,
    )


def job_of(plan: Plan, *xs: IntArray, memory: Memory = Memory()) -> Job:
    """The job that simulates a plan on inputs."""
    return Job(
        memory=plan.image(),
        window=np.array(plan.window),
        setup=np.array([plan.setup.address, len(plan.setup.frames)]),
        infer=np.array([plan.infer.address, len(plan.infer.frames)]),
        inputs=plan.pack(*xs),
        input_address=plan.input_address,
        output_address=plan.output_address,
        output_bytes=plan.output_bytes,
        tiles=plan.spec.tiles,
        lanes=plan.spec.lanes,
        telemetry=plan.spec.telemetry,
        latency=memory.latency,
        stall=memory.stall,
        limit=min(MOST, HUNG + TIMES * _work(plan)),
    )


def _work(plan: Plan) -> int:
    """The approximate cycles of the program without zero skipping."""
    layers = [_work_of(layer) for layer in plan.layers]
    execs = (frame for frame in plan.infer.frames if isinstance(frame, Exec))
    return sum(layers[frame.layer] for frame in execs if frame.kind is not Kind.EXPORT)


def _work_of(layer: LayerPlan) -> int:
    positions, channels = layer.shape
    return -(-positions // layer.grid.bands) * max(layer.columns, channels)
