"""Converters of average pooling."""

from collections.abc import Sequence
from itertools import product
from math import prod

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped
from tercet.frontends.aten.operators.arithmetic import ONE, ZERO, affine
from tercet.frontends.aten.operators.conv import Numbers, each
from tercet.frontends.aten.registry import converts
from tercet.frontends.aten.windows import adaptive, divisors, end_padding
from tercet.ir.types import shape_of
from tercet.ops.real.avg_pool import AvgPool
from tercet.ops.real.linear import RealLinear

aten = torch.ops.aten


@converts(
    aten.avg_pool1d.default,
    aten.avg_pool2d.default,
    layers="AvgPool1d AvgPool2d",
    note="padding, `ceil_mode`, `count_include_pad`, `divisor_override`",
)
def avg_pool(
    builder: AtenBuilder,
    x: Value,
    kernel: Numbers,
    stride: Numbers = (),
    padding: Numbers = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    source = builder.real(x)
    sizes, outputs = shape_of(source)[2:], builder.shape()[1:]
    extents, before = each(kernel, len(sizes)), each(padding, len(sizes))
    steps = each(stride, len(sizes)) or extents
    after = end_padding(sizes, outputs, extents, steps, before)
    counts = divisors(sizes, outputs, extents, steps, before, count_include_pad)
    if divisor_override is not None:
        counts = np.full_like(counts, divisor_override)
    pairs = tuple(zip(before, after, strict=True))
    pool = AvgPool(source, counts, kernel=extents, stride=steps, padding=pairs, layer=builder.layer)
    return builder.add(pool)


@converts(
    aten.adaptive_avg_pool1d.default,
    aten.adaptive_avg_pool2d.default,
    layers="AdaptiveAvgPool1d AdaptiveAvgPool2d",
    note="adaptive to any output size, also one that does not divide",
)
def adaptive_avg_pool(builder: AtenBuilder, x: Value, outputs: Sequence[int]) -> Value:
    source = builder.real(x)
    sizes = shape_of(source)[2:]
    if any(n % count for n, count in zip(sizes, outputs, strict=True)):
        return _uneven(builder, source, outputs)
    kernel = tuple(n // count for n, count in zip(sizes, outputs, strict=True))
    counts = np.full(tuple(outputs), float(prod(kernel)))
    none = ((0, 0),) * len(kernel)
    pool = AvgPool(source, counts, kernel=kernel, stride=kernel, padding=none, layer=builder.layer)
    return builder.add(pool)


def _uneven(builder: AtenBuilder, x: SSAValue, outputs: Sequence[int]) -> SSAValue:
    """Sums of overlapping windows of unequal sizes, by a linear layer of zeros and ones."""
    channels, *sizes = shape_of(x)[1:]
    cells = [adaptive(n, count) for n, count in zip(sizes, outputs, strict=True)]
    sums = np.zeros((prod(outputs), *sizes), np.int64)
    for row, window in zip(sums, product(*cells), strict=True):
        row[tuple(slice(*span) for span in window)] = 1
    weight = sums.reshape(len(sums), -1)
    flat = reshaped(builder, x, (channels, prod(sizes)))
    total = builder.add(RealLinear(flat, weight, ONE, layer=builder.layer))
    means = affine(builder, total, ONE, ZERO, weight.sum(1).astype(np.float64))
    return reshaped(builder, means, (channels, *outputs))
