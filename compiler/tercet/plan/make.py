"""From the integer graph to a plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CapacityError
from tercet.fabric.frame import FRAME_BYTES, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, COLUMN_ALIGN, FabricSpec
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray
from tercet.plan.arena import meet
from tercet.plan.assign import normal
from tercet.plan.batch import Batch, require_short, rooms, turns_in_c
from tercet.plan.concat import joined
from tercet.plan.cost import cost_of, whole
from tercet.plan.early import early
from tercet.plan.fit import Chooser, Found, fitted
from tercet.plan.grid import up
from tercet.plan.infer import Arrival, Outputs, infer
from tercet.plan.interleave import interleaved
from tercet.plan.layout import Layout
from tercet.plan.lower import lower
from tercet.plan.memory import MEMORY_BASE, PAGE, Memory
from tercet.plan.needs import Unit, needs_of, placed, units_of, with_waits
from tercet.plan.plan import Heard, LayerPlan, Plan, Program, Segment
from tercet.plan.ports import Entry, entries, exits
from tercet.plan.schedule import Schedule, in_bank_c
from tercet.plan.search import choose
from tercet.plan.stage import Shape, Stage, heard, staged
from tercet.plan.steps import Depthwise, Mac, Network, Tensor, Vector
from tercet.plan.transfers import Export, exports_of, part_loads, room, staging
from tercet.plan.turning import turned
from tercet.plan.width import check_width


def make(module: ModuleOp, spec: FabricSpec, chooser: Chooser = choose, *, batch: int = 1) -> Plan:
    """Plan a network for a fabric; `infer` runs `batch` inputs by one doorbell.

    Raises UnsupportedError for a network that the fabric has no step for, CapacityError for one
    that does not fit.
    """
    assert batch >= 1
    network = normal(lower(module))
    for step in network.steps:
        check_width(step, spec)
    copies, parts = interleaved(network, spec), interleaved(joined(network), spec)
    network, shapes = _cheaper(copies, parts, spec, chooser)
    names = [value_names(module)[value] for value in outputs_of(module)]
    return _plan(network, names, _tiled(network, shapes, spec, batch))


def _cheaper(copies: Network, parts: Network, spec: FabricSpec, chooser: Chooser) -> Found:
    """With copies, or with parts that lie together: these may not fit, or not go with slices."""
    if not parts.inside:
        return fitted(copies, spec, chooser)
    found, best = None, inf
    try:
        found = fitted(copies, spec, chooser)
        best = _cycles(found, spec)
    except CapacityError:
        pass
    try:
        other = fitted(parts, spec, chooser)
        if found is None or _cycles(other, spec) <= best:
            return other
    except CapacityError:
        pass
    return fitted(copies, spec, chooser)  # the chooser has seen it last


def _cycles(found: Found, spec: FabricSpec) -> float:
    return whole([cost_of(staged(shape, spec), spec, exact=True) for shape in found[1]], spec)


@dataclass(frozen=True, eq=False)
class _Tiled:
    """A schedule, with where layouts lie."""

    schedule: Schedule
    layouts: Mapping[Tensor, Layout]
    first: tuple[int, ...]
    """EXEC with which each stage begins."""
    words: int
    """Of one input's outputs in bank C."""
    turns: int
    """Places in bank C that the outputs have in turn."""


def _tiled(network: Network, shapes: Sequence[Shape], spec: FabricSpec, batch: int) -> _Tiled:
    stages = tuple(staged(shape, spec) for shape in shapes)
    if sum(up(stage.code.columns, COLUMN_ALIGN) for stage in stages) <= spec.bank_a_depth:
        shapes = [_quicker(stage, spec) for stage in stages]
        stages = tuple(staged(shape, spec) for shape in shapes)
    stages = early(stages, network)
    outs, words = in_bank_c(stages, spec)
    turns = turns_in_c(words, batch, exports=bool(network.stored), spec=spec)
    buffers = staging(turns * words, spec) if network.stored else (turns * words, 0)
    acts = _acts(network, stages, buffers[1], spec)
    first = tuple(_index(acts, n)[0] for n in range(len(stages)))
    last = tuple(_index(acts, n)[-1] for n in range(len(stages)))
    found = rooms(shapes, last, first, network.inputs, batch, spec)
    stages = early([staged(shape, spec) for shape in found.shapes], network)
    acts = _acts(network, stages, buffers[1], spec)
    needs = with_waits(placed(needs_of(stages, acts, spec), len(acts), spec))
    times = Batch(batch, len(acts))
    schedule = Schedule(spec, stages, _layers(stages), acts, needs, outs, buffers, times, found)
    layouts = {layout.tensor: layout for shape in found.shapes for layout in shape.reads}
    return _Tiled(schedule, layouts, first, words, turns)


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
    schedule, spec = tiled.schedule, tiled.schedule.spec
    batch = schedule.batch.inputs
    memory = Memory("split the network" if batch == 1 else "choose a smaller --batch")
    brought = schedule.brought(memory)
    cuts = {s.shape.reads[0].tensor: s.cut for s in schedule.stages if s.cut}
    inputs = list(entries(network, tiled.layouts, cuts, spec))
    outputs = exits(network, names, schedule.stages, schedule.outs, tiled.words)
    input_step = sum(up(entry.port.size, BUS_BYTES) for entry in inputs)
    output_step = max(up(port.address + port.size, BUS_BYTES) for port in outputs)
    input_address = memory.take(batch * input_step, "input")
    output_address = memory.take(batch * output_step, "output")
    places = list(_stored(network, memory, batch, inputs, input_address, input_step))
    for i, each in enumerate(places):
        for tensor, port in zip(network.outputs, outputs, strict=True):
            if tensor in {part.source for part in network.stored.values()}:
                each[tensor] = output_address + i * output_step + port.address
    assert tiled.words * BUS_BYTES <= output_step
    stores = tuple(
        Store(
            config_id=spec.config_id,
            mask=1,
            layer=max(schedule.layers),
            address=output_address + i * output_step,
            beats=tiled.words,
            base=i % tiled.turns * tiled.words,
        )
        for i in range(batch)
    )
    setup = schedule.setup(brought)
    arrivals = list(_arrivals(network, tiled, inputs, places))
    leaving = Outputs(stores, tiled.turns) if tiled.words else None
    frames = infer(schedule, brought, arrivals, places, leaving)
    require_short(len(frames), batch)
    return Plan(
        spec=spec,
        layers=_layer_plans(schedule),
        setup=Program(memory.take(FRAME_BYTES * len(setup), "program"), setup),
        infer=Program(memory.take(FRAME_BYTES * len(frames), "program"), frames),
        segments=tuple(Segment(load.address, image.data) for image, load in brought.values()),
        inputs=tuple(entry.port for entry in inputs),
        outputs=outputs,
        input_address=input_address,
        input_bytes=batch * input_step,
        output_address=output_address,
        output_bytes=batch * output_step,
        window=(MEMORY_BASE, up(memory.top, PAGE)),
        heard=_heard(schedule, frames),
        batch=batch,
    )


def _stored(
    network: Network,
    memory: Memory,
    batch: int,
    inputs: Sequence[Entry],
    address: int,
    step: int,
) -> Iterator[dict[Tensor, int]]:
    """Where tensors lie in memory, for each input: what comes in, and what steps store.

    What steps store has one place for all: it is stored anew behind the EXECs that have read it.
    """
    found: dict[Tensor, int] = {}
    for part in network.stored.values():
        if part.source not in found and part.source not in network.outputs:
            found[part.source] = memory.take(
                room(part.source), f"activations of {part.source.name}"
            )
    for i in range(batch):
        yield {**found, **{e.tensor: address + i * step + e.port.address for e in inputs}}


def _arrivals(
    network: Network, tiled: _Tiled, inputs: Sequence[Entry], places: Sequence[Mapping[Tensor, int]]
) -> Iterator[Arrival]:
    """What LOADs bring to bank B, for every input of a batch."""
    made, twins = {kept.source for kept in network.stored.values()}, tiled.schedule.rooms.twins
    for i, at in enumerate(places):
        for entry in inputs:
            if entry.loads:
                start = at[entry.tensor] - entry.port.address
                moved = i % 2 * twins.get(entry.tensor, 0)
                loads = [
                    replace(load, address=load.address + start, base=load.base + moved)
                    for load in entry.loads
                ]
                # in two parts: the second one before the second EXEC
                for n, some in enumerate([[load] for load in loads] if entry.parted else [loads]):
                    arrival = _arrival(tiled, i, entry.tensor, some, None)
                    yield replace(arrival, first=arrival.first + n)
        for tensor, part in network.loaded.items():
            loads = list(
                part_loads(tiled.layouts[tensor], part, at[part.source], tiled.schedule.spec)
            )
            yield _arrival(tiled, i, tensor, loads, part.source if part.source in made else None)


def _arrival(
    tiled: _Tiled, i: int, tensor: Tensor, loads: Sequence[Load], source: Tensor | None
) -> Arrival:
    """LOADs of a tensor before its first reader; they wait for what lay there before.

    Those of a later input come as soon as the one before it runs.
    """
    schedule, layout = tiled.schedule, tiled.layouts[tensor]
    lives, times = schedule.rooms.lives, schedule.batch
    reader = min(
        n
        for n, stage in enumerate(schedule.stages)
        for read in stage.shape.reads
        if read.tensor is tensor
    )
    first = tiled.first[reader]
    every = {layout.whole.tensor: layout.whole for layout in tiled.layouts.values()}
    for stage in schedule.stages:
        if stage.shape.writes is not None:
            every[stage.shape.writes.whole.tensor] = stage.shape.writes.whole
    there = [lives[other] for other, place in every.items() if meet(place, layout)]
    life = lives[tensor]
    own = max((x.end + 1 for x in there if x.end < life.end and x.end < first), default=0)
    turns = 2 if tensor in schedule.rooms.twins else 1
    after = times.after(i, own, max(x.end + 1 for x in there), turns)
    at = i * times.acts + first
    front = max(after, (i - 1) * times.acts + 1) if i and source is None else at
    return Arrival(tuple(loads), at, front, after, source)


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


def _heard(schedule: Schedule, frames: Sequence[Frame]) -> dict[int, Heard]:
    """Of the EXEC frames that write values."""
    execs, count = Program(0, tuple(frames)).execs, len(schedule.acts)
    shown = {
        act: heard(schedule.stages[act.stage], act.groups, schedule.spec.tiles)
        for act in schedule.acts
        if isinstance(act, Unit) and not act.begins
    }
    scaled = [_scaled(stage.shape) for stage in schedule.stages]
    found = {}
    for e, (n, frame) in enumerate(execs.items()):
        act = schedule.acts[e % count]
        if isinstance(act, Unit) and act in shown:
            bias, factor = scaled[act.stage]
            found[n] = Heard(frame.layer, shown[act], bias, factor, e // count)
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
