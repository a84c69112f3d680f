"""Maximum and minimum of two tensors, or of a tensor and constants."""

import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.activation import clamp_max, clamp_min, relu
from tercet.frontends.aten.operators.arithmetic import ONE, ZERO, affine, pair
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray
from tercet.ops.real.maximum import RealMaximum
from tercet.ops.real.minimum import RealMinimum

aten = torch.ops.aten


@converts(aten.maximum.default, aten.max.other, aten.fmax.default)
def maximum(builder: AtenBuilder, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        return a if a is b else builder.add(RealMaximum(*pair(builder, a, b), layer=builder.layer))
    source, bound = _bounded(builder, a, b)
    return (
        clamp_min(builder, source, float(bound))
        if bound.size == 1
        else above(builder, source, bound)
    )


@converts(aten.minimum.default, aten.min.other, aten.fmin.default)
def minimum(builder: AtenBuilder, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        return a if a is b else builder.add(RealMinimum(*pair(builder, a, b), layer=builder.layer))
    source, bound = _bounded(builder, a, b)
    if bound.size == 1:
        return clamp_max(builder, source, float(bound))
    opposite = affine(builder, source, -ONE, ZERO)
    return affine(builder, above(builder, opposite, -bound), -ONE, ZERO)


@converts(aten.clamp.Tensor)
def clamp_by_tensors(
    builder: AtenBuilder,
    x: Value,
    min: Value = None,  # noqa: A002
    max: Value = None,  # noqa: A002
) -> Value:
    raised = x if min is None else maximum(builder, x, min)
    return raised if max is None else minimum(builder, raised, max)


def above(builder: AtenBuilder, x: SSAValue, bound: FloatArray) -> SSAValue:
    """max(x, bound) as relu(x - bound) + bound, for a bound that differs from place to place."""
    lowered = affine(builder, x, ONE, -bound)
    return affine(builder, relu(builder, lowered), ONE, bound)


def _bounded(builder: AtenBuilder, a: Value, b: Value) -> tuple[SSAValue, FloatArray]:
    source, other = (a, b) if isinstance(a, SSAValue) else (b, a)
    x = builder.real(source)
    return x, builder.constant(other, x)
