"""Batch normalization with its trained statistics."""

import numpy as np
import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.real.batch_norm import BatchNorm

aten = torch.ops.aten


@converts(
    aten.batch_norm.default,
    layers="BatchNorm1d BatchNorm2d",
    note="with running statistics, in evaluation, on any layout",
)
def batch_norm(
    builder: AtenBuilder,
    x: Value,
    gain: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    training: bool,
    momentum: float,
    epsilon: float,
    *_: Value,
) -> Value:
    if training or mean is None:
        return statistics_of_the_batch(builder)
    return evaluated(builder, x, gain, offset, mean, variance, epsilon)


@converts(aten._native_batch_norm_legit_no_training.default)
def native_batch_norm(
    builder: AtenBuilder,
    x: Value,
    gain: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    momentum: float,
    epsilon: float,
) -> Value:
    return evaluated(builder, x, gain, offset, mean, variance, epsilon), None, None


def evaluated(
    builder: AtenBuilder,
    x: Value,
    gain: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    epsilon: float,
) -> Value:
    """Batch norm in evaluation mode: one line for each channel."""
    source = builder.real(x)
    channels, rank = shape_of(source)[1], len(shape_of(source))

    def column(value: Value, absent: float) -> FloatArray:
        """One constant for each channel, shaped for axis 1."""
        if value is None:
            return np.full((channels, *[1] * (rank - 2)), absent)
        flat = builder.constant(value, source).reshape(-1)
        return np.broadcast_to(flat, channels).reshape(-1, *[1] * (rank - 2))

    constants = column(gain, 1), column(offset, 0), column(mean, 0), column(variance, 1)
    norm = BatchNorm(source, *constants, epsilon, layer=builder.layer)
    return builder.add(norm)


@converts(aten._native_batch_norm_legit.no_stats)
def statistics_of_the_batch(builder: AtenBuilder, *_: Value) -> Value:
    raise builder.unsupported(
        "batch norm without running statistics",
        way_out="use track_running_stats=True and call the model in evaluation",
    )
