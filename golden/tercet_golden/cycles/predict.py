"""Predict a whole inference, for every vector."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from tercet.fabric.frame import Exec
from tercet.ir.types import FloatArray, IntArray
from tercet.plan import Plan
from tercet_golden.cycles.machine import ExecTime, Machine, Totals
from tercet_golden.cycles.scan import Columns, Timeline, columns_of, timeline

DOORBELL = 2
"""Cycles of the registers: from the doorbell's handshake to the program, from its end to irq."""
LATENCY = 10


@dataclass(frozen=True)
class LayerCycles:
    """What a layer costs, for every vector [V]; columns are summed over the tiles."""

    columns: IntArray
    issued: IntArray
    skip_act: IntArray
    skip_wgt: IntArray
    exec_cycles: IntArray
    tiles: int

    @property
    def efficiency(self) -> FloatArray:
        """Columns issued per tile and cycle."""
        found: FloatArray = self.issued / (self.tiles * self.exec_cycles)
        return found


@dataclass(frozen=True)
class Prediction:
    """What the fabric must do, for every vector; names as in `tercet_cosim.run.Run`."""

    cycles: IntArray
    """From the doorbell to irq [V]."""
    counters: dict[str, IntArray]
    """Every telemetry register [V]."""
    layer_cycles: dict[str, IntArray]
    layers: dict[str, LayerCycles]


@dataclass(frozen=True)
class Part:
    """One EXEC frame with what it costs."""

    layer: int
    columns: Columns
    time: Timeline


def predict_setup(plan: Plan, latency: int = LATENCY) -> dict[str, int]:
    """The fabric's own counters after the program that makes the network resident."""
    program = plan.setup
    machine = Machine(program.frames, program.address, {}, plan.spec.column_bytes, latency)
    return {**asdict(machine.run()), "passes": 0}


def predict(plan: Plan, values: Mapping[str, IntArray], latency: int = LATENCY) -> Prediction:
    """Cycles and counters of the inference program.

    `values` holds, by name, the input and every layer's result as the integer reference computes
    them, batch first; memory answers after `latency` cycles.
    """
    parts = parts_of(plan, values)
    vectors = len(next(iter(parts.values())).time.cycles)
    totals = [_machine(plan, parts, v, latency) for v in range(vectors)]
    layers = {
        layer.name: _layer(plan, [p for p in parts.values() if p.layer == i])
        for i, layer in enumerate(plan.layers)
    }
    cycles = np.array([t.cycles for t in totals])
    return Prediction(
        cycles=cycles + DOORBELL,
        counters=_counters(plan, list(parts.values()), totals),
        layer_cycles={name: layer.exec_cycles for name, layer in layers.items()},
        layers=layers,
    )


def parts_of(plan: Plan, values: Mapping[str, IntArray]) -> dict[int, Part]:
    """Every EXEC frame by its number in the program."""
    parts, at, source = {}, [0] * len(plan.layers), _input_of(plan, values)
    for number, frame in enumerate(plan.infer.frames):
        if not isinstance(frame, Exec):
            continue
        i, layer = frame.layer, plan.layers[frame.layer]
        here = slice(at[i], at[i] + frame.length)
        acts = layer.mapping.activations(source[i] - layer.zero_point)[:, :, here]
        trits = layer.mapping.weights(layer.matrix)[:, :, here]
        time = timeline(acts, trits, layer.mapping, frame, plan.spec.reduce_stages)
        parts[number] = Part(i, columns_of(acts, trits, dense=bool(frame.dense)), time)
        at[i] += frame.length
    return parts


def _input_of(plan: Plan, values: Mapping[str, IntArray]) -> list[IntArray]:
    """The input [V, K] of every layer: the network's first, then each layer's result."""
    first = next(iter(values.values()))
    results = [values[layer.result_name] for layer in plan.layers[:-1]]
    return [first.reshape(len(first), -1), *results]


def _machine(plan: Plan, parts: Mapping[int, Part], vector: int, latency: int) -> Totals:
    execs = {
        number: ExecTime(
            int(part.time.cycles[vector]), frozenset(part.time.writes[vector].tolist())
        )
        for number, part in parts.items()
    }
    program = plan.infer
    return Machine(program.frames, program.address, execs, plan.spec.column_bytes, latency).run()


def _layer(plan: Plan, parts: list[Part]) -> LayerCycles:
    return LayerCycles(
        columns=_total(p.columns.columns.sum(1) for p in parts),
        issued=_total(p.columns.issued.sum(1) for p in parts),
        skip_act=_total(p.columns.skip_act.sum(1) for p in parts),
        skip_wgt=_total(p.columns.skip_wgt.sum(1) for p in parts),
        exec_cycles=_total(p.time.cycles for p in parts),
        tiles=plan.spec.tiles,
    )


def _counters(plan: Plan, parts: list[Part], totals: list[Totals]) -> dict[str, IntArray]:
    """Every register that the configuration has, by its name."""
    vectors, spec = len(totals), plan.spec
    found: dict[str, IntArray] = {}
    if spec.telemetry >= 1:
        for name in asdict(totals[0]):
            found[name] = np.array([getattr(t, name) for t in totals])
        found["passes"] = np.full(vectors, sum(p.time.passes for p in parts))
    for tile in range(spec.tiles if spec.telemetry >= 1 else 0):
        for name in ("columns", "issued", "skip_act", "skip_wgt"):
            found[f"tile{tile}.{name}"] = _total(getattr(p.columns, name)[:, tile] for p in parts)
        found[f"tile{tile}.idle"] = found["exec_cycles"] - found[f"tile{tile}.issued"]
    for tile in range(spec.tiles if spec.telemetry >= 2 else 0):
        for lane in range(spec.lanes):
            active = _total(p.columns.active[:, tile, lane] for p in parts)
            found[f"tile{tile}.lane{lane}.active"] = active
            found[f"tile{tile}.lane{lane}.skipped"] = found[f"tile{tile}.columns"] - active
    # the compiler has proven that no accumulator leaves its range
    found["overflow"] = np.zeros(vectors, np.int64)
    return found


def _total(parts: Iterable[IntArray]) -> IntArray:
    """The sum of arrays [V]."""
    found: IntArray = np.sum(list(parts), axis=0)
    return found
