"""Prediction of inferences, for every vector, from the program and the memory alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tercet.ir.types import FloatArray, IntArray
from tercet.targets.fabric.format.frame import Exec
from tercet.targets.fabric.format.records import COUNTS
from tercet_golden.cycles.machine import Machine, Ran

if TYPE_CHECKING:
    from tercet.targets.fabric.program.plan import Plan

DOORBELL = 2
"""Cycles from the doorbell's handshake to the program's start, and from its end to irq."""
LATENCY = 10


@dataclass(frozen=True)
class LayerCycles:
    """The cycles and columns of a layer, for every run [R]; columns are summed over the tiles."""

    columns: IntArray
    issued: IntArray
    skip_act: IntArray
    skip_wgt: IntArray
    exec_cycles: IntArray
    tiles: int

    @property
    def efficiency(self) -> FloatArray:
        """Columns issued per tile and cycle; 0 for a layer without cycles."""
        found: FloatArray = self.issued / np.maximum(self.tiles * self.exec_cycles, 1)
        return found


@dataclass(frozen=True)
class Prediction:
    """The predicted values, cycles and counters of every run; names as in `tercet_cosim.run.Run`.

    A run takes as many vectors as a batch of the plan.
    """

    cycles: IntArray
    """From the doorbell to irq [R]."""
    counters: dict[str, IntArray]
    """Every telemetry register [R]."""
    layer_cycles: dict[str, IntArray]
    layers: dict[str, LayerCycles]
    outputs: npt.NDArray[np.uint8]
    """The outputs in memory [R, output_bytes]."""
    runs: tuple[Ran, ...]
    """Every frame of every run: its start, its cycles and its values."""


def predict_setup(plan: "Plan", latency: int = LATENCY) -> dict[str, int]:
    """Every telemetry register after the program that makes the network resident."""
    program = plan.setup
    ran = Machine(plan.spec).run(program.address, program.frames, plan.image(), latency)
    return ran.counters


def predict(plan: "Plan", *xs: IntArray, latency: int = LATENCY) -> Prediction:
    """Set the fabric up, and run inputs [V, ...] through it, one batch after the other.

    Memory answers after `latency` cycles. Raises ValueError where the fabric would report an error.
    """
    memory, machine = plan.image(), Machine(plan.spec)
    machine.run(plan.setup.address, plan.setup.frames, memory, latency)
    runs, outputs, packed = [], [], plan.pack(*xs)
    for data in packed:
        memory[plan.input_address : plan.input_address + len(data)] = data
        runs.append(machine.run(plan.infer.address, plan.infer.frames, memory, latency))
        outputs.append(memory[plan.output_address :][: plan.output_bytes].copy())
    layers = {layer.name: layer_of(runs, i, plan.spec.tiles) for i, layer in enumerate(plan.layers)}
    return Prediction(
        cycles=np.array([ran.cycles for ran in runs]) + DOORBELL,
        counters={
            name: np.array([ran.counters[name] for ran in runs]) for name in runs[0].counters
        },
        layer_cycles={name: layer.exec_cycles for name, layer in layers.items()},
        layers=layers,
        outputs=np.array(outputs, np.uint8),
        runs=tuple(runs),
    )


def layer_of(runs: Sequence[Ran], layer: int, tiles: int) -> LayerCycles:
    """The cycles and columns of a layer's EXEC frames."""
    mine = [
        [r for r in ran.frames if isinstance(r.frame, Exec) and r.frame.layer == layer]
        for ran in runs
    ]

    def total(name: str) -> IntArray:
        return np.array([sum(r.total(name) for r in frames) for frames in mine])

    return LayerCycles(
        **{name: total(name) for name in COUNTS},
        exec_cycles=np.array([sum(r.end - r.start for r in frames) for frames in mine]),
        tiles=tiles,
    )
