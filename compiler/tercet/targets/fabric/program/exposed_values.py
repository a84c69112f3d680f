"""The table of layers, and which value each EXEC exposes."""

from collections.abc import Mapping, Sequence

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Frame
from tercet.targets.fabric.network.network import Inside, Network
from tercet.targets.fabric.placement.units import Unit
from tercet.targets.fabric.program.plan import Heard, LayerPlan, Program
from tercet.targets.fabric.program.schedule import Schedule
from tercet.targets.fabric.stages.stage import Shape, Stage, heard
from tercet.targets.fabric.tiles.tensor import Tensor


def layers_of(schedule: Schedule) -> tuple[LayerPlan, ...]:
    """The row of every layer, from its first piece."""
    first = {layer: n for n, layer in reversed(list(enumerate(schedule.layers)))}
    return tuple(_layer(schedule.stages[first[layer]]) for layer in sorted(first))


def _layer(stage: Stage) -> LayerPlan:
    step, made = stage.shape.step, stage.code.made
    sums = step.accumulators
    return LayerPlan(
        name=step.name,
        kind=step.kind,
        sum_name=None if sums is None else sums.name,
        result_name=step.result.name,
        grid=stage.shape.grid,
        shape=(step.result.positions, step.result.channels),
        groups=made.groups,
        lanes=made.lanes,
        planes=stage.code.planes,
        columns=stage.code.columns,
        weight_sparsity=0.0 if sums is None else float((sums.weights == 0).mean()),
    )


def heard_of(schedule: Schedule, frames: Sequence[Frame], network: Network) -> dict[int, Heard]:
    """The values that each EXEC frame exposes, by the number of the frame."""
    execs, count = Program(0, tuple(frames)).execs, len(schedule.acts)
    shown = {
        act: heard(schedule.stages[act.stage], act.groups, schedule.spec.tiles)
        for act in schedule.acts
        if isinstance(act, Unit) and not act.begins
    }
    scaled = {act: _scaled(schedule.stages[act.stage].shape, shown[act]) for act in shown}
    within = [_within(stage.shape.step.result, network.inside) for stage in schedule.stages]
    found = {}
    for e, (n, frame) in enumerate(execs.items()):
        act = schedule.acts[e % count]
        if isinstance(act, Unit) and act in shown:
            found[n] = Heard(frame.layer, shown[act], *scaled[act], e // count, within[act.stage])
    return found


def _scaled(shape: Shape, elements: IntArray) -> tuple[IntArray | None, IntArray | None]:
    """Bias and factor of the sum behind each of `elements`; 0 for no element; None without sums."""
    sums, order = shape.step.accumulators, shape.step.result.order
    if sums is None:
        return None, None
    places = np.argsort(order, axis=None)
    found = places[np.searchsorted(order.ravel(), elements, sorter=places) % order.size]

    def of(values: IntArray) -> IntArray:
        each = np.broadcast_to(values, order.shape).ravel()
        return np.where(elements >= 0, each[found], 0)

    return of(sums.bias), None if sums.factor is None else of(sums.factor)


def _within(part: Tensor, inside: Mapping[Tensor, Inside]) -> dict[str, IntArray]:
    """For each larger tensor around a part, by name: its element, by the part's element."""
    if part not in inside:
        return {}
    own = inside[part]
    places = {own.whole: 0} | {x: at.first for x, at in inside.items() if at.whole is own.whole}
    found, known = {}, part.order >= 0
    for larger, first in places.items():
        begin = own.first - first
        if larger is not part and 0 <= begin <= larger.channels - part.channels:
            elements = np.full(int(part.order.max()) + 1, -1, np.int64)
            place = larger.order[:, begin : begin + part.channels]
            elements[part.order[known]] = place[known]
            found[larger.name] = elements
    return found
