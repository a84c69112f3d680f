"""Comparison of the integer weights of two captured models, layer by layer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.check import facts
from tercet.check.contract import Comparison, Pair
from tercet.ir.module import steps_of
from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class _Layer:
    name: str
    weight: IntArray
    scale: FloatArray


def compare(model: ModuleOp, other: ModuleOp, against: str) -> Comparison:
    """Compare two modules of the float dialect.

    Layers are paired in order, by shape: their names differ between file formats.
    """
    left = list(_layers(other))
    pairs = []
    for ours in _layers(model):
        theirs = next((one for one in left if one.weight.shape == ours.weight.shape), None)
        if theirs is None:
            pairs.append(_lonely(ours.name, "", ours))
            continue
        left.remove(theirs)
        pairs.append(_pair(ours, theirs))
    pairs += [_lonely("", theirs.name, theirs) for theirs in left]
    return Comparison(against, tuple(pairs))


def _layers(captured: ModuleOp) -> Iterator[_Layer]:
    for op in steps_of(captured):
        weight, scale = facts.matrix_of(op), facts.weight_scales(op)
        if weight is not None and scale is not None:
            yield _Layer(op.layer.data, weight, scale)


def _pair(ours: _Layer, theirs: _Layer) -> Pair:
    places = np.argwhere(ours.weight != theirs.weight)
    first = tuple(int(i) for i in places[0]) if len(places) else None
    return Pair(
        layer=ours.name,
        other=theirs.name,
        shape=tuple(ours.weight.shape),
        different=len(places),
        first=first,
        found=None if first is None else int(ours.weight[first]),
        expected=None if first is None else int(theirs.weight[first]),
        scale_error=float(np.max(np.abs(ours.scale / theirs.scale - 1))),
    )


def _lonely(name: str, other: str, layer: _Layer) -> Pair:
    return Pair(name, other, tuple(layer.weight.shape), 0, None, None, None, None)
