"""The network's values, from the writes that the test bench observed."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tercet.errors import TercetError
from tercet.ir.types import IntArray
from tercet.targets.fabric.program.plan import LayerPlan, Plan
from tercet_cosim.bench.job import Outcome


@dataclass(frozen=True)
class _Shown:
    """Elements of a value as one frame wrote them."""

    layer: LayerPlan
    elements: IntArray
    """[shown]; an element may be shown several times."""
    values: IntArray
    """[R, shown]."""


def values_of(plan: Plan, outcome: Outcome, count: int | None = None) -> dict[str, IntArray]:
    """Sums and results of every layer [V, elements] of `count` vectors, from the observed writes.

    Raises TercetError unless every element was written, and each time with the same number.
    """
    shown: dict[tuple[str, int], list[_Shown]] = defaultdict(list)
    for frame, heard in plan.heard.items():
        layer, tiles = plan.layers[heard.layer], plan.spec.tiles
        words = _words(layer, outcome, frame, len(heard.elements))
        places = np.flatnonzero(heard.elements >= 0)
        elements = heard.elements.ravel()[places]
        results, sums = (part.reshape(len(part), -1)[:, places] for part in _halves(words, tiles))
        if layer.sum_name is not None and heard.bias is not None:
            sums += heard.bias.ravel()[places]
            if heard.factor is not None:
                sums *= heard.factor.ravel()[places]
            shown[layer.sum_name, heard.vector].append(_Shown(layer, elements, sums))
        if layer.result_name != layer.sum_name:
            shown[layer.result_name, heard.vector].append(_Shown(layer, elements, results))
        for name, larger in heard.within.items():
            shown[name, heard.vector].append(_Shown(layer, larger[elements], results))
    found: dict[str, list[IntArray]] = defaultdict(list)
    for (name, vector), parts in sorted(shown.items(), key=lambda item: item[0][1]):
        found[name].append(_joined(name, parts, vector, plan.batch))
    joined = {name: np.stack(each, axis=1) for name, each in found.items()}  # [R, batch, elements]
    return {name: x.reshape(-1, x.shape[-1])[:count] for name, x in joined.items()}


def layer_cycles_of(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """The cycles of each layer's EXEC frames [R]."""
    runs, frames = len(outcome.outputs), plan.infer.execs
    found = {}
    for i, layer in enumerate(plan.layers):
        own = [number for number, frame in frames.items() if frame.layer == i]
        mine = outcome.frames[np.isin(outcome.frames[:, 1], own)]
        found[layer.name] = np.bincount(mine[:, 0], mine[:, 2], runs).astype(np.int64)
    return found


def _words(layer: LayerPlan, outcome: Outcome, frame: int, events: int) -> IntArray:
    """Results and sums of every tile [R, events, 2 T]."""
    runs = len(outcome.outputs)
    rows = outcome.values[outcome.values[:, 1] == frame, 2:].astype(np.int64)
    if len(rows) != runs * events:
        raise TercetError(
            f"{layer.name}: frame {frame} wrote {len(rows)} values in {runs} runs, not"
            f" {events} in each"
        )
    return rows.reshape(runs, events, -1)


def _halves(words: IntArray, tiles: int) -> tuple[IntArray, IntArray]:
    return words[:, :, :tiles], words[:, :, tiles:]


def _joined(name: str, parts: list[_Shown], vector: int, batch: int) -> IntArray:
    """The whole value [R, elements] of one vector of the batch, from all parts shown of it."""
    layer = parts[0].layer
    elements = np.concatenate([part.elements for part in parts])
    values = np.concatenate([part.values for part in parts], axis=1)
    times = np.bincount(elements)
    if not times.all():
        missing = int(np.argmin(times))
        raise TercetError(f"{layer.name}: the fabric never showed element {missing} of {name}")
    found = np.zeros((len(values), len(times)), np.int64)
    found[:, elements] = values
    differs = np.argwhere(found[:, elements] != values)
    if len(differs):
        run, place = differs[0].tolist()
        element = int(elements[place])
        raise TercetError(
            f"{layer.name}: element {element} of {name} was heard as {values[run, place]} and as"
            f" {found[run, element]} in vector {run * batch + vector}"
        )
    return found
