"""What the ears of the testbench heard, put in the order of the network's values."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tercet.errors import TercetError
from tercet.ir.types import IntArray
from tercet.plan import LayerPlan, Plan
from tercet_cosim.sim.job import Outcome


@dataclass(frozen=True)
class _Shown:
    """Elements of a value as one frame showed them."""

    layer: LayerPlan
    elements: IntArray
    """[shown]; one may be shown several times."""
    values: IntArray
    """[V, shown]."""


def values_of(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """Sums and results of every layer [V, elements], from what the ears heard.

    Raises TercetError unless every element was heard, and always as the same number.
    """
    shown: dict[str, list[_Shown]] = defaultdict(list)
    for frame, heard in plan.heard.items():
        layer, tiles = plan.layers[heard.layer], plan.spec.tiles
        words = _words(layer, outcome, frame, len(heard.elements))
        places = np.flatnonzero(heard.elements >= 0)
        elements = heard.elements.ravel()[places]
        results, sums = (part.reshape(len(part), -1)[:, places] for part in _halves(words, tiles))
        if layer.sum_name is not None and heard.bias is not None:
            sums += heard.bias[elements]
            if heard.factor is not None:
                sums *= heard.factor[elements]
            shown[layer.sum_name].append(_Shown(layer, elements, sums))
        if layer.result_name != layer.sum_name:
            shown[layer.result_name].append(_Shown(layer, elements, results))
    return {name: _joined(name, parts) for name, parts in shown.items()}


def layer_cycles_of(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """Cycles in which the EXEC frames of each layer ran [V]."""
    vectors, frames = len(outcome.outputs), plan.infer.execs
    found = {}
    for i, layer in enumerate(plan.layers):
        own = [number for number, frame in frames.items() if frame.layer == i]
        mine = outcome.frames[np.isin(outcome.frames[:, 1], own)]
        found[layer.name] = np.bincount(mine[:, 0], mine[:, 2], vectors).astype(np.int64)
    return found


def _words(layer: LayerPlan, outcome: Outcome, frame: int, events: int) -> IntArray:
    """Results and sums of every tile [V, events, 2 T]."""
    vectors = len(outcome.outputs)
    rows = outcome.values[outcome.values[:, 1] == frame, 2:].astype(np.int64)
    if len(rows) != vectors * events:
        raise TercetError(
            f"{layer.name}: frame {frame} wrote {len(rows)} values for {vectors} vectors, not"
            f" {events} for each"
        )
    return rows.reshape(vectors, events, rows.shape[1])


def _halves(words: IntArray, tiles: int) -> tuple[IntArray, IntArray]:
    return words[:, :, :tiles], words[:, :, tiles:]


def _joined(name: str, parts: list[_Shown]) -> IntArray:
    """The whole value [V, elements], of all that was shown of it."""
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
        vector, place = differs[0].tolist()
        element = int(elements[place])
        raise TercetError(
            f"{layer.name}: element {element} of {name} was heard as {values[vector, place]} and as"
            f" {found[vector, element]} in vector {vector}"
        )
    return found
