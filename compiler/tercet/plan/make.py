"""From the integer graph to a plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.fabric.frame import FRAME_BYTES, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, COLUMN_ALIGN, FabricSpec
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray
from tercet.plan.arena import Item
from tercet.plan.assign import normal
from tercet.plan.cost import cost_of
from tercet.plan.early import early
from tercet.plan.fit import Chooser, fitted
from tercet.plan.grid import up
from tercet.plan.interleave import interleaved
from tercet.plan.layout import Layout
from tercet.plan.lower import lower
from tercet.plan.memory import MEMORY_BASE, PAGE, Memory
from tercet.plan.needs import Unit, needs_of, placed, units_of, with_waits
from tercet.plan.plan import Heard, LayerPlan, Plan, Program, Segment
from tercet.plan.ports import entries, exits
from tercet.plan.schedule import Arrival, Schedule, in_bank_c
from tercet.plan.search import choose
from tercet.plan.shaping import in_bank_b
from tercet.plan.stage import Shape, Stage, heard, staged
from tercet.plan.steps import Depthwise, Mac, Network, Tensor, Vector
from tercet.plan.transfers import Export, exports_of, part_loads, room, staging
from tercet.plan.turning import turned
from tercet.plan.width import check_width


def make(module: ModuleOp, spec: FabricSpec, chooser: Chooser = choose) -> Plan:
    """Plan a network for a fabric.

    Raises UnsupportedError for a network that the fabric has no step for, CapacityError for one
    that does not fit.
    """
    network = interleaved(normal(lower(module)), spec)
    for step in network.steps:
        check_width(step, spec)
    network, shapes = fitted(network, spec, chooser)
    names = [value_names(module)[value] for value in outputs_of(module)]
    return _plan(network, names, _tiled(network, shapes, spec))


@dataclass(frozen=True, eq=False)
class _Tiled:
    """A schedule, with where layouts lie and how long."""

    schedule: Schedule
    layouts: Mapping[Tensor, Layout]
    lives: Mapping[Tensor, Item]
    first: tuple[int, ...]
    """EXEC with which each stage begins."""
    words: int
    """Of outputs in bank C."""


def _tiled(network: Network, shapes: Sequence[Shape], spec: FabricSpec) -> _Tiled:
    stages = tuple(staged(shape, spec) for shape in shapes)
    if sum(up(stage.code.columns, COLUMN_ALIGN) for stage in stages) <= spec.bank_a_depth:
        shapes = [_quicker(stage, spec) for stage in stages]
        stages = tuple(staged(shape, spec) for shape in shapes)
    stages = early(stages, network)
    outs, words = in_bank_c(stages, spec)
    buffers = staging(words, spec) if network.stored else (words, 0)
    acts = _acts(network, stages, buffers[1], spec)
    first = tuple(_index(acts, n)[0] for n in range(len(stages)))
    last = tuple(_index(acts, n)[-1] for n in range(len(stages)))
    shapes, lives = in_bank_b(shapes, last, first, spec)
    stages = early([staged(shape, spec) for shape in shapes], network)
    acts = _acts(network, stages, buffers[1], spec)
    needs = with_waits(placed(needs_of(stages, acts, spec), len(acts), spec))
    schedule = Schedule(spec, stages, _layers(stages), acts, needs, outs, buffers)
    layouts = {layout.tensor: layout for shape in shapes for layout in shape.reads}
    return _Tiled(schedule, layouts, lives, first, words)


def _quicker(stage: Stage, spec: FabricSpec) -> Shape:
    """With lanes turned from band to band, if that is quicker."""
    other = turned(stage.shape)
    if other is stage.shape:
        return other
    plain, again = (cost_of(s, spec, exact=True) for s in (stage, staged(other, spec)))
    return other if again.execute < plain.execute else stage.shape


def _acts(
    network: Network, stages: Sequence[Stage], words: int, spec: FabricSpec
) -> tuple[Unit | Export, ...]:
    """Every stage's units, and the exports behind them."""
    units = units_of(stages, spec)
    found: list[Unit | Export] = []
    for n, stage in enumerate(stages):
        found += [unit for unit in units if unit.stage == n]
        result = stage.shape.step.result
        if result in network.stored:
            found += exports_of(n, stage, network.stored[result], words)
    return tuple(found)


def _index(acts: Sequence[Unit | Export], stage: int) -> list[int]:
    return [e for e, act in enumerate(acts) if act.stage == stage]


def _layers(stages: Sequence[Stage]) -> tuple[int, ...]:
    """A layer for every result: pieces of a step are one."""
    known: dict[tuple[str, str], int] = {}
    return tuple(
        known.setdefault((stage.name, stage.shape.step.result.name), len(known)) for stage in stages
    )


def _plan(network: Network, names: Sequence[str], tiled: _Tiled) -> Plan:
    memory, schedule, spec = Memory(), tiled.schedule, tiled.schedule.spec
    brought = schedule.brought(memory)
    cuts = {s.shape.reads[0].tensor: s.cut for s in schedule.stages if s.cut}
    inputs = list(entries(network, tiled.layouts, cuts, spec))
    outputs = exits(network, names, schedule.stages, schedule.outs, tiled.words)
    input_bytes = sum(up(entry.port.size, BUS_BYTES) for entry in inputs)
    output_bytes = max(up(port.address + port.size, BUS_BYTES) for port in outputs)
    input_address = memory.take(input_bytes, "input")
    output_address = memory.take(output_bytes, "output")
    places = _stored(network, memory, {e.tensor: input_address + e.port.address for e in inputs})
    behind = output_address + tiled.words * BUS_BYTES
    for tensor, port in zip(network.outputs, outputs, strict=True):
        if tensor in {part.source for part in network.stored.values()}:
            places[tensor] = output_address + port.address
    assert behind <= output_address + output_bytes
    arrivals = [
        arrival
        for entry in inputs
        for arrival in _inputs(
            tiled,
            entry.tensor,
            [replace(load, address=load.address + input_address) for load in entry.loads],
            entry.tensor in cuts,
        )
    ]
    for tensor, part in network.loaded.items():
        loads = list(part_loads(tiled.layouts[tensor], part, places[part.source], spec))
        arrival = _arrival(tiled, tensor, loads)
        made = part.source in {kept.source for kept in network.stored.values()}
        arrivals.append(replace(arrival, source=part.source if made else None))
    store = Store(
        config_id=spec.config_id,
        mask=1,
        layer=max(schedule.layers),
        address=output_address,
        beats=tiled.words,
    )
    setup = schedule.setup(brought)
    infer = schedule.infer(brought, arrivals, places, store if tiled.words else None)
    return Plan(
        spec=spec,
        layers=_layer_plans(schedule),
        setup=Program(memory.take(FRAME_BYTES * len(setup), "program"), setup),
        infer=Program(memory.take(FRAME_BYTES * len(infer), "program"), infer),
        segments=tuple(Segment(load.address, image.data) for image, load in brought.values()),
        inputs=tuple(entry.port for entry in inputs),
        outputs=outputs,
        input_address=input_address,
        input_bytes=input_bytes,
        output_address=output_address,
        output_bytes=output_bytes,
        window=(MEMORY_BASE, up(memory.top, PAGE)),
        heard=_heard(schedule, infer),
    )


def _stored(network: Network, memory: Memory, inputs: Mapping[Tensor, int]) -> dict[Tensor, int]:
    """Where tensors lie in memory: inputs, and what steps store."""
    found = dict(inputs)
    for part in network.stored.values():
        if part.source not in found and part.source not in network.outputs:
            found[part.source] = memory.take(
                room(part.source), f"activations of {part.source.name}"
            )
    return found


def _inputs(
    tiled: _Tiled, tensor: Tensor, loads: Sequence[Load], parted: bool
) -> Iterator[Arrival]:
    """The LOADs of an input, together; or the second one before the second EXEC."""
    if not parted:
        if loads:
            yield _arrival(tiled, tensor, loads)
        return
    for n, load in enumerate(loads):
        arrival = _arrival(tiled, tensor, [load])
        yield replace(arrival, first=arrival.first + n)


def _arrival(tiled: _Tiled, tensor: Tensor, loads: Sequence[Load]) -> Arrival:
    """LOADs of a tensor before its first reader; they wait for what lay there before."""
    layout, life = tiled.layouts[tensor], tiled.lives[tensor]
    reader = min(
        n
        for n, stage in enumerate(tiled.schedule.stages)
        for read in stage.shape.reads
        if read.tensor is tensor
    )
    first = tiled.first[reader]
    every = {**tiled.layouts}
    for stage in tiled.schedule.stages:
        if stage.shape.writes is not None:
            every[stage.shape.writes.tensor] = stage.shape.writes
    after = max(
        (
            tiled.lives[other].end + 1
            for other, place in every.items()
            if other is not tensor
            and tiled.lives[other].end < life.end
            and tiled.lives[other].end < first
            and place.base < layout.base + layout.size
            and layout.base < place.base + place.size
        ),
        default=0,
    )
    return Arrival(tuple(loads), first, after, None)


def _layer_plans(schedule: Schedule) -> tuple[LayerPlan, ...]:
    first = {layer: n for n, layer in reversed(list(enumerate(schedule.layers)))}
    return tuple(_layer(schedule.stages[first[layer]]) for layer in sorted(first))


def _layer(stage: Stage) -> LayerPlan:
    step, made = stage.shape.step, stage.code.made
    return LayerPlan(
        name=step.name,
        kind=type(step).__name__.lower(),
        sum_name=None if isinstance(step, Vector) else step.sum_name,
        result_name=step.result.name,
        grid=stage.shape.grid,
        shape=(step.result.positions, step.result.channels),
        groups=made.groups,
        lanes=made.lanes,
        planes=stage.code.planes,
        columns=stage.code.columns,
        weight_sparsity=0.0 if isinstance(step, Vector) else float((step.weights == 0).mean()),
    )


def _heard(schedule: Schedule, infer: Sequence[Frame]) -> dict[int, Heard]:
    """Of the EXEC frames that write values."""
    execs = Program(0, tuple(infer)).execs
    found = {}
    for (n, frame), act in zip(execs.items(), schedule.acts, strict=True):
        if isinstance(act, Unit):
            stage = schedule.stages[act.stage]
            shown = heard(stage, act.groups, schedule.spec.tiles)
            shown = shown[:0] if act.half == 1 else shown
            found[n] = Heard(frame.layer, shown, *_scaled(stage.shape))
    return found


def _scaled(shape: Shape) -> tuple[IntArray | None, IntArray | None]:
    """Bias and factor of every element's sum."""
    step = shape.step
    if not isinstance(step, Mac | Depthwise):
        return None, None
    order = step.result.order
    known = order >= 0
    found = np.zeros((2, int(order.max()) + 1), np.int64)
    found[0, order[known]] = np.broadcast_to(step.bias, order.shape)[known]
    if step.sum_factor is None:
        return found[0], None
    found[1, order[known]] = np.broadcast_to(step.sum_factor, order.shape)[known]
    return found[0], found[1]
