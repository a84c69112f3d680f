"""Integer layers compared with the captured ones: each weight, scales and biases in rationals."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.families.accumulator import AccumulatorOp
from tercet.ir.families.movement import MovementOp
from tercet.ir.families.weighted import WeightedOp
from tercet.ir.interval import Interval
from tercet.ir.module import steps_of
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, IntArray, floats_of, values_of
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.maximum import RealMaximum
from tercet.ops.real.minimum import RealMinimum
from tercet.ops.real.pad import RealPad
from tercet.passes.clean import erase_unused
from tercet.passes.movement.moved_constants import after_movement, narrowed
from tercet.passes.proofs.recheck import Finding

Line = tuple[Any, Any]
"""Slope and offset over the sum of weight * q: fractions that broadcast against a row."""


def same_layers(captured: ModuleOp, summed: ModuleOp) -> tuple[int, list[Finding]]:
    """The number of compared channels, and findings for those that differ from the captured model.

    `summed`: the module right after `IntegerSums` and `FoldZeroPoint`.
    """
    used = captured.clone()
    erase_unused(used)
    theirs = [op for op in steps_of(used) if isinstance(op, WeightedOp | AccumulatorOp)]
    ours = [op for op in steps_of(summed) if isinstance(op, AccumulatorOp)]
    if [op.layer for op in theirs] != [op.layer for op in ours]:
        raise VerifyError("the certificates are not those of the layers of the captured model")
    compared, findings = 0, list[Finding]()
    for real, whole in zip(theirs, ours, strict=True):
        compared += real.outputs()
        if isinstance(real, WeightedOp):
            findings += _differences(real, whole)
        else:
            findings += _changes(real, whole)
    return compared, findings


def _changes(given: LayerOp, whole: AccumulatorOp) -> Iterator[Finding]:
    """Findings of a layer captured as an integer one; a linear bias may contain the zero point."""
    same = (given.name, given.properties) == (whole.name, whole.properties)
    if isinstance(given, Linear) and isinstance(whole, Linear):
        start = [op.channels(Interval(0, 0))[0] for op in (given, whole)]
        same = given.weight == whole.weight and bool((start[0] == start[1]).all())
    if not same:
        yield Finding(given.layer.data, 0, "it is not the captured model's")


@dataclass(frozen=True)
class _Integers:
    """The integers whose reals scale * (q - zero) reach a layer."""

    scale: FloatArray
    """The scale, which broadcasts against a row."""
    zero: int


def _differences(real: WeightedOp, whole: AccumulatorOp) -> Iterator[Finding]:
    layer = real.layer.data
    if not np.array_equal(values_of(whole.weight), real.weights()):
        yield Finding(layer, 0, "its weights are not the captured model's")
        return
    entry, after = _entry(real.x), _after(whole)
    if entry is None or after is None:
        yield Finding(layer, 0, "no scale of its input, or none of its sums, is to be found")
        return
    channel = real.spread(np.arange(real.outputs(), dtype=np.float64)).astype(np.int64)
    totals = real.kernels().reshape(real.outputs(), -1).sum(1)
    addends = whole.addend() - whole.zero_point.value.data * totals
    model = _model(real, entry, totals[channel])
    integer = _integer(*after, addends[channel])
    differs = [np.asarray(a != b, bool) for a, b in zip(model, integer, strict=True)]
    wrong, channel = np.broadcast_arrays(np.logical_or(*differs), channel)
    for n in np.unique(channel[wrong]).tolist():
        yield Finding(layer, n, "its scale or its bias is not the captured model's")


def _entry(value: SSAValue) -> _Integers | None:
    """The integers that `value` stands for in the captured model, found above data movement."""
    owner = value.owner
    if isinstance(owner, Dequantize):
        return _Integers(narrowed(floats_of(owner.scale)), owner.zero_point.value.data)
    if isinstance(owner, MaxPool | RealPad):
        return _entry(owner.x)
    if not isinstance(owner, MovementOp | RealMaximum | RealMinimum):
        return None
    moved = [x for x in owner.operands if _constant(x) is None]
    parts = [part for part in map(_entry, moved) if part is not None]
    if not parts or len(parts) != len(moved) or len({part.zero for part in parts}) > 1:
        return None
    if not isinstance(owner, MovementOp):
        same = all(np.array_equal(part.scale, parts[0].scale) for part in parts)
        return parts[0] if same else None
    if len(moved) < len(owner.operands):
        return _beside_constants(owner, parts)
    scales = [part.scale for part in parts]
    pairs = zip(owner.operands, scales, strict=True)
    return _Integers(after_movement(owner, list(pairs)), parts[0].zero)


def _constant(value: SSAValue) -> Affine | None:
    """The constant that `value` is, found above data movement; None if it is not constant."""
    owner = value.owner
    while isinstance(owner, MovementOp) and len(owner.operands) == 1:
        owner = owner.operands[0].owner
    return owner if isinstance(owner, Affine) and not floats_of(owner.factor).any() else None


def _beside_constants(owner: MovementOp, parts: list[_Integers]) -> _Integers | None:
    """The common grid of `parts`; the constants among the operands must lie on it."""
    first = parts[0]
    if first.scale.size > 1 or any(part.scale != first.scale for part in parts):
        return None
    constants = [found for x in owner.operands if (found := _constant(x)) is not None]
    offsets = [_exact(floats_of(constant.offset)) for constant in constants]
    places = [offset / Fraction(float(first.scale.reshape(()))) for offset in offsets]
    whole = all(Fraction(p).denominator == 1 for place in places for p in np.ravel(place))
    return first if whole else None


def _after(whole: AccumulatorOp) -> tuple[Dequantize, Affine] | None:
    """The dequantize and the line that the pass put behind the sums; None if there are none."""
    reals = [use.operation for use in whole.acc.uses]
    if len(reals) != 1 or not isinstance(reals[0], Dequantize):
        return None
    rests = [use.operation for use in reals[0].x.uses]
    return (reals[0], rests[0]) if len(rests) == 1 and isinstance(rests[0], Affine) else None


def _model(real: WeightedOp, entry: _Integers, totals: IntArray) -> Line:
    """The line of the captured layer."""
    unit = _exact(entry.scale) * _exact(real.spread(floats_of(real.scale)))
    shift = unit * (entry.zero * totals)
    if real.bias is None:
        return unit, -shift
    bias = _exact(real.spread(floats_of(real.bias)))
    single = entry.scale.item() if entry.scale.size == 1 else None
    if real.whole_bias(single) is not None:
        return unit, unit * bias - shift
    step = 1 if real.bias_scale is None else _exact(real.spread(floats_of(real.bias_scale)))
    return unit, bias * step - shift


def _integer(start: Dequantize, rest: Affine, addends: IntArray) -> Line:
    """The line of the integer layer, with the constants that make its sums real."""
    scale, factor, offset, divisor = (
        _exact(floats_of(c)) for c in (start.scale, rest.factor, rest.offset, rest.divisor)
    )
    unit = scale * factor / divisor
    return unit, unit * addends + offset / divisor


def _exact(values: FloatArray) -> Any:
    """The values as fractions: an array, or one."""
    return np.frompyfunc(Fraction, 1, 1)(values)
