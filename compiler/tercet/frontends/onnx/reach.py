"""Bounds of the values of a real tensor, from the operators that compute it."""

from functools import singledispatch
from math import ceil, floor, inf, isfinite
from typing import TypeAlias

import numpy as np
from xdsl.ir import Operation, SSAValue

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.weighted import WeightedOp
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, floats_of, tensor_type
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.add import RealAdd
from tercet.ops.real.affine import Affine
from tercet.ops.real.avg_pool import AvgPool
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu

Span: TypeAlias = tuple[float, float]
NOWHERE: Span = (-inf, inf)
WIDEST = Interval(-(2**31), 2**31 - 1)
MARGIN = 1e-9
"""The margin for float64 rounding, so that bounds are never too narrow."""


def reach(x: SSAValue) -> Span:
    """Bounds of all values of `x`; infinite if unknown."""
    owner = x.owner
    return _of(owner) if isinstance(owner, Operation) else NOWHERE


def whole_reach(x: SSAValue) -> Interval:
    """An integer interval around all values of `x`; all of 32 bits if the bounds are wider."""
    low, high = reach(x)
    if not isfinite(low) or not isfinite(high):
        return WIDEST
    return Interval(max(floor(low), WIDEST.low), min(ceil(high), WIDEST.high))


@singledispatch
def _of(op: Operation) -> Span:
    return NOWHERE


@_of.register
def _dequantized(op: Dequantize) -> Span:
    before = op.q.owner
    held = (
        before.clip()
        if isinstance(before, Quantize)
        else Interval.of(tensor_type(op.q).element_type)
    )
    ends = np.array([held.low, held.high], np.float64) - op.zero_point.value.data
    found = np.multiply.outer(ends, floats_of(op.scale))
    return float(found.min()), float(found.max())


@_of.register
def _clipped(op: Clip) -> Span:
    low, high = np.clip(reach(op.x), op.low.value.data, op.high.value.data)
    return float(low), float(high)


@_of.register
def _rectified(op: Relu) -> Span:
    low, high = reach(op.x)
    return max(low, 0.0), max(high, 0.0)


@_of.register
def _on_a_line(op: Affine) -> Span:
    factor, offset, divisor = map(floats_of, (op.factor, op.offset, op.divisor))
    ends = [(end * factor + offset) / divisor for end in reach(op.x)]
    return _around(*ends)


@_of.register
def _weighted(op: WeightedOp) -> Span:
    """Bounds of a weighted layer, with every input at its worse end; padding is 0."""
    low, high = reach(op.x)
    low, high = min(low, 0.0), max(high, 0.0)
    kernels = op.kernels().reshape(op.outputs(), -1).astype(np.float64)
    up, down = np.maximum(kernels, 0).sum(1), np.minimum(kernels, 0).sum(1)
    scale, offset = floats_of(op.scale), op.offsets()
    return _around(
        scale * (up * low + down * high) + offset, scale * (up * high + down * low) + offset
    )


@_of.register
def _averaged(op: AvgPool) -> Span:
    """Bounds of an average, of at most as many elements as its divisor; padding is 0."""
    low, high = reach(op.x)
    most = np.prod(op.window().kernel) / floats_of(op.counts).min()
    return _around(np.array([min(low, 0.0) * most, max(high, 0.0) * most]))


@_of.register
def _added(op: RealAdd) -> Span:
    (a, b), (c, d) = reach(op.a), reach(op.b)
    return _around(np.array([a + c, b + d]))


@_of.register(MovementOp)
@_of.register(MaxPool)
def _moved(op: Operation) -> Span:
    spans = [reach(x) for x in op.operands]
    return min(low for low, _ in spans), max(high for _, high in spans)


def _around(*ends: FloatArray) -> Span:
    """Bounds around `ends`, with the margin for float64 rounding."""
    every = np.concatenate([np.ravel(end) for end in ends])
    if np.isnan(every).any():
        return NOWHERE
    room = MARGIN * float(np.abs(every).max())
    return float(every.min()) - room, float(every.max()) + room
