"""Convolutions over one or two axes."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.frontends.aten.weights import bias, weights
from tercet.ir.families.spatial import Ints, Pairs
from tercet.ir.types import IntArray, shape_of
from tercet.ops.real.conv import RealConv

aten = torch.ops.aten
Numbers: TypeAlias = int | Sequence[int]


def each(value: Numbers, axes: int) -> Ints:
    """One number for each axis; in torch a single number counts for all."""
    found = (value,) if isinstance(value, int) else tuple(value)
    return found * axes if len(found) == 1 else found


@converts(
    aten.conv1d.default,
    aten.conv2d.default,
    layers="QuantConv1d QuantConv2d",
    note=(
        "weights of 1 to 8 bits, per tensor or per output; groups, depthwise, "
        "dilation, stride; every padding, `same` and `valid` too, and every "
        "padding mode"
    ),
)
def conv(
    builder: AtenBuilder,
    x: Value,
    weight: Value,
    offsets: Value = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Value:
    def sides(kernel: Ints, _spread: Ints) -> Pairs:
        return tuple((p, p) for p in each(padding, len(kernel)))

    return _convolved(builder, x, weight, offsets, stride, sides, dilation, groups)


@converts(aten.conv1d.padding, aten.conv2d.padding)
def conv_named(
    builder: AtenBuilder,
    x: Value,
    weight: Value,
    offsets: Value = None,
    stride: Numbers = 1,
    padding: str = "valid",
    dilation: Numbers = 1,
    groups: int = 1,
) -> Value:
    """A convolution with named padding; "same" puts the odd place at the end."""

    def sides(kernel: Ints, spread: Ints) -> Pairs:
        if padding != "same":
            return ((0, 0),) * len(kernel)
        total = [d * (k - 1) for d, k in zip(spread, kernel, strict=True)]
        return tuple((n // 2, n - n // 2) for n in total)

    return _convolved(builder, x, weight, offsets, stride, sides, dilation, groups)


def _convolved(
    builder: AtenBuilder,
    x: Value,
    weight: Value,
    offsets: Value,
    stride: Numbers,
    sides: Callable[[Ints, Ints], Pairs],
    dilation: Numbers,
    groups: int,
) -> Value:
    """A convolution; `sides` gives the padding from the kernel and its dilation."""
    source = builder.real(x)
    values, scale = weights(builder, weight, axis=0)
    axes = spatial_axes(builder, source, values)
    offset, unit = bias(builder, offsets)
    spread = each(dilation, axes)
    return builder.add(
        RealConv(
            source,
            values,
            scale,
            offset,
            unit,
            stride=each(stride, axes),
            padding=sides(values.shape[2:], spread),
            dilation=spread,
            groups=groups,
            layer=builder.layer,
        )
    )


def spatial_axes(builder: AtenBuilder, x: SSAValue, weight: IntArray) -> int:
    """The number of axes that the windows move over."""
    if len(shape_of(x)) != np.ndim(weight):
        raise builder.unsupported(
            f"convolves a tensor of shape {shape_of(x)} with weights of shape {weight.shape}",
            wanted="(batch, channels, …), so give the model's example a batch",
        )
    return np.ndim(weight) - 2
