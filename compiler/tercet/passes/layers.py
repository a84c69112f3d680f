"""Are the integer layers the captured ones? Weights one by one, scales and biases in rationals."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.module import outputs_of, steps_of
from tercet.ir.movement import MovementOp
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, floats_of, values_of
from tercet.ir.weighted import WeightedOp
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.pad import RealPad
from tercet.passes.check import Finding

Layer = Linear | Conv | ConvTranspose


def same_layers(captured: ModuleOp, normalized: ModuleOp) -> tuple[int, list[Finding]]:
    """How many channels were compared, and those that are not the captured model's."""
    theirs = [op for op in _used(captured) if isinstance(op, WeightedOp)]
    ours = [op for op in steps_of(normalized) if isinstance(op, Layer)]
    if [op.layer for op in theirs] != [op.layer for op in ours]:
        raise VerifyError("the certificates are not those of the layers of the captured model")
    compared, findings = 0, list[Finding]()
    for real, whole in zip(theirs, ours, strict=True):
        compared += real.outputs()
        findings += _differences(real, whole)
    return compared, findings


def _used(module: ModuleOp) -> list[LayerOp]:
    """The operators that a result depends on, in order."""
    needed = {id(value) for value in outputs_of(module)}
    found: list[LayerOp] = []
    for op in reversed(steps_of(module)):
        if id(op.results[0]) in needed:
            needed |= {id(value) for value in op.operands}
            found.insert(0, op)
    return found


def _differences(real: WeightedOp, whole: Layer) -> Iterator[Finding]:
    layer = real.layer.data
    weights, addend = values_of(whole.weight), whole.addend()
    if not np.array_equal(weights, real.weights()):
        yield Finding(layer, 0, "its weights are not the captured model's")
        return
    entry, after = _entry(real), _after(whole)
    if entry is None or after is None:
        yield Finding(layer, 0, "no scale of its input, or none of its sums, is to be found")
        return
    scale, unit = floats_of(entry.scale), floats_of(after[0].scale)
    if scale.size > 1:
        yield from _per_channel_input(layer, scale, unit)
        return
    start = Fraction(float(scale.reshape(()))), entry.zero_point.value.data
    for n in range(real.outputs()):
        wanted = _model(real, n, *start)
        if wanted != _integer(real, after, n, int(addend[n]), whole.zero_point.value.data):
            yield Finding(layer, n, "its scale or its bias is not the captured model's")


def _per_channel_input(layer: str, scale: FloatArray, unit: FloatArray) -> Iterator[Finding]:
    """Depthwise: the scale goes through unchanged."""
    if not np.array_equal(scale, unit):
        yield Finding(layer, 0, "the scales of its input are not the captured model's")


def _entry(real: WeightedOp) -> Dequantize | None:
    """Where its input's integers became real, in the captured model."""
    value: SSAValue = real.x
    while isinstance(value.owner, MovementOp | MaxPool | RealPad):
        value = value.owner.operands[0]
    return value.owner if isinstance(value.owner, Dequantize) else None


def _after(whole: Layer) -> tuple[Dequantize, Affine] | None:
    """What the pass put behind the sums."""
    waiting: list[SSAValue] = [whole.acc]
    while waiting:
        for use in waiting.pop().uses:
            reader = use.operation
            if isinstance(reader, MovementOp | MaxPool):
                waiting.append(reader.results[0])
            elif isinstance(reader, Dequantize):
                lines = [u.operation for u in reader.x.uses if isinstance(u.operation, Affine)]
                return (reader, lines[0]) if lines else None
    return None


def _model(real: WeightedOp, n: int, scale: Fraction, zero: int) -> tuple[Fraction, Fraction]:
    """Slope and offset of the captured layer over the sum of weight * q."""
    unit = scale * _one(floats_of(real.scale), n)
    total = int(real.channel(n).sum())
    return unit, _bias(real, n, unit, scale) - unit * zero * total


def _bias(real: WeightedOp, n: int, unit: Fraction, scale: Fraction) -> Fraction:
    if real.bias is None:
        return Fraction(0)
    value = _one(floats_of(real.bias), n)
    if real.whole_bias(float(scale) * floats_of(real.scale)) is not None:
        return unit * value
    return value if real.bias_scale is None else value * _one(floats_of(real.bias_scale), n)


def _integer(
    real: WeightedOp, after: tuple[Dequantize, Affine], n: int, addend: int, zero: int
) -> tuple[Fraction, Fraction]:
    """The same of the integer layer."""
    start, rest = after
    scale, factor, offset, divisor = (
        _one(floats_of(c), n) for c in (start.scale, rest.factor, rest.offset, rest.divisor)
    )
    unit = scale * factor / divisor
    total = int(real.channel(n).sum())
    return unit, unit * (addend - zero * total) + offset / divisor


def _one(constant: FloatArray, n: int) -> Fraction:
    flat = constant.reshape(-1)
    return Fraction(float(flat[n if flat.size > 1 else 0]))
