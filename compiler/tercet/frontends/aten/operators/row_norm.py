"""Norms by the statistics of each row: layer, RMS, group and instance norm."""

from collections.abc import Sequence

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.norm import evaluated
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.real.group_norm import RealGroupNorm
from tercet.ops.real.layer_norm import RealLayerNorm
from tercet.ops.real.rms_norm import RealRmsNorm

aten = torch.ops.aten


@converts(aten.layer_norm.default, layers="LayerNorm")
def layer_norm(
    builder: AtenBuilder,
    x: Value,
    shape: Sequence[int],
    weight: Value = None,
    bias: Value = None,
    epsilon: float = 1e-5,
    *_: object,
) -> Value:
    source = builder.real(x)
    gain, offset = _constant(builder, weight, source, 1), _constant(builder, bias, source, 0)
    axes, layer = len(shape), builder.layer
    return builder.add(RealLayerNorm(source, gain, offset, epsilon, axes=axes, layer=layer))


@converts(aten.rms_norm.default, layers="RMSNorm")
def rms_norm(
    builder: AtenBuilder,
    x: Value,
    shape: Sequence[int],
    weight: Value = None,
    epsilon: float | None = None,
) -> Value:
    """RMS norm; the default epsilon is that of float64, in which the model is captured."""
    source = builder.real(x)
    least = float(np.finfo(np.float64).eps) if epsilon is None else epsilon
    gain = _constant(builder, weight, source, 1)
    return builder.add(RealRmsNorm(source, gain, least, axes=len(shape), layer=builder.layer))


@converts(aten.group_norm.default, layers="GroupNorm")
def group_norm(
    builder: AtenBuilder,
    x: Value,
    groups: int,
    weight: Value = None,
    bias: Value = None,
    epsilon: float = 1e-5,
    *_: object,
) -> Value:
    source = builder.real(x)
    gain, offset = _column(builder, weight, source, 1), _column(builder, bias, source, 0)
    return builder.add(RealGroupNorm(source, groups, gain, offset, epsilon, layer=builder.layer))


@converts(aten.instance_norm.default, layers="InstanceNorm1d InstanceNorm2d")
def instance_norm(
    builder: AtenBuilder,
    x: Value,
    weight: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    use_input_stats: bool,
    momentum: float,
    epsilon: float,
    *_: object,
) -> Value:
    """Instance norm as a group norm of single channels; with trained statistics a batch norm."""
    if use_input_stats:
        channels = shape_of(builder.real(x))[1]
        return group_norm(builder, x, channels, weight, bias, epsilon)
    return evaluated(builder, x, weight, bias, mean, variance, epsilon)


def _constant(builder: AtenBuilder, value: Value, x: SSAValue, absent: float) -> FloatArray:
    return np.asarray(absent) if value is None else builder.constant(value, x)


def _column(builder: AtenBuilder, value: Value, x: SSAValue, absent: float) -> FloatArray:
    """One constant for each channel, shaped for axis 1."""
    flat = np.broadcast_to(_constant(builder, value, x, absent).reshape(-1), shape_of(x)[1])
    return flat.reshape(-1, *[1] * (len(shape_of(x)) - 2))
