"""Maximum and minimum of two tensors become comparisons of integers on one grid.

They commute with every non-decreasing function, such as a quantizer: Q(max(a, b)) is
max(Q(a), Q(b)). So they move below the quantizer that follows, and each operand is quantized alone.
Operands that share a grid are compared directly. The maximum of two integer tensors is max pooling
over both. The minimum is the maximum of the integers counted down from the top of their type.
"""

from math import prod
from typing import TypeAlias

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from tercet.ir.families.real import ElementwiseOp, PointwiseOp
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, floats_of, shape_of, tensor_type
from tercet.ops.concat import Concat
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.maximum import RealMaximum
from tercet.ops.real.minimum import RealMinimum
from tercet.ops.real.quantize import Quantize
from tercet.ops.reshape import Reshape

Extreme: TypeAlias = RealMaximum | RealMinimum
POOLED = (3, 4)
"""The rank of a pooled tensor, the batch included."""


class SinkExtreme(RewritePattern):
    """f(max(a, b)) becomes max(f(a), f(b)), or min(f(a), f(b)) where f is a line that falls.

    It does not apply if both are functions of one tensor: these become one step function.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Extreme) or _has_one_root(before):
            return
        kind = type(before) if op.rises() else _after_a_fall(op, before)
        if kind is None:
            return
        sides = [op.on(x, *map(floats_of, op.constants())) for x in before.operands]
        met = kind(*(side.y for side in sides), layer=before.layer.data)
        rewriter.replace(op, [*sides, met])


def _after_a_fall(op: ElementwiseOp, before: Extreme) -> type[Extreme] | None:
    line = op.line()
    if line is None or not (line[0] < 0).all():
        return type(before) if line is not None and (line[0] >= 0).all() else None
    return RealMinimum if isinstance(before, RealMaximum) else RealMaximum


def _has_one_root(op: Extreme) -> bool:
    roots, waiting = set[SSAValue](), list(op.operands)
    while waiting:
        value = waiting.pop()
        if isinstance(value.owner, PointwiseOp):
            waiting += value.owner.operands
        else:
            roots.add(value)
    return len(roots) == 1


class QuantizeExtreme(RewritePattern):
    """Q(max(a, b)) becomes max(Q(a), Q(b)), because rounding and clipping never decrease."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Extreme) or _has_one_root(before):
            return
        sides = [op.on(x, *map(floats_of, op.constants())) for x in before.operands]
        for side in sides:
            side.attributes["quantizer"] = StringAttr("")
        scale, zero = floats_of(op.scale), op.zero_point.value.data
        made = _met(before, [side.q for side in sides], scale, zero)
        last = made[-1]
        last.attributes["quantizer"] = op.quantizer
        rewriter.replace(op, [*sides, *made])


class HoistExtreme(RewritePattern):
    """max(dequantize(a), dequantize(b)) on one grid becomes dequantize(max(a, b))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealMaximum | RealMinimum, rewriter: PatternRewriter) -> None:
        a, b = op.a.owner, op.b.owner
        if not isinstance(a, Dequantize) or not isinstance(b, Dequantize):
            return
        scale, zero = floats_of(a.scale), a.zero_point.value.data
        same = np.array_equal(scale, floats_of(b.scale)) and a.zero_point == b.zero_point
        if not same or a.q.type != b.q.type:
            return
        made = _met(op, [a.q, b.q], scale, zero)
        real = Dequantize(made[-1].results[0], scale, zero, layer=a.layer.data)
        rewriter.replace(op, [*made, real])


def _met(op: Extreme, q: list[SSAValue], scale: FloatArray, zero: int) -> list[LayerOp]:
    """Operators of the maximum or minimum of two integer tensors on one grid, the result's last."""
    layer = op.layer.data
    if isinstance(op, RealMaximum):
        return _greater(*q, layer=layer)
    held = Interval.of(tensor_type(q[0]).element_type)
    far = held.low + held.high - zero
    turned = [_turned(x, scale, zero, far, layer) for x in q]
    greatest = _greater(*(ops[-1].results[0] for ops in turned), layer=layer)
    back = _turned(greatest[-1].results[0], scale, far, zero, layer)
    return [*turned[0], *turned[1], *greatest, *back]


def _turned(q: SSAValue, scale: FloatArray, zero: int, far: int, layer: str) -> list[LayerOp]:
    """The negated numbers: integers zero + far - q, whose zero point is `far`."""
    real = Dequantize(q, scale, zero, layer=layer)
    opposite = Affine(real.x, -np.ones(()), np.zeros(()), layer=layer)
    kind = tensor_type(q).element_type
    end = Quantize(opposite.y, scale, far, Interval.of(kind), kind, layer=layer)
    return [real, opposite, end]


def _greater(a: SSAValue, b: SSAValue, *, layer: str) -> list[LayerOp]:
    """Both tensors concatenated along one axis, and max pooling with a window of two along it."""
    row = shape_of(a)[1:]
    plane = row if len(row) + 1 in POOLED else (*(row[:1] or (1,)), prod(row[1:]))
    sides = [Reshape(x, plane, layer=layer) for x in (a, b)] if plane != row else []
    parts: list[SSAValue] = [side.results[0] for side in sides] or [a, b]
    joined = Concat(parts, 2, layer=layer)
    ones = (1,) * (len(plane) - 2)
    pool = MaxPool(
        joined.results[0],
        kernel=(2, *ones),
        stride=(1, *ones),
        padding=((0, 0),) * (1 + len(ones)),
        dilation=(plane[1], *ones),
        layer=layer,
    )
    back = [Reshape(pool.y, row, layer=layer)] if plane != row else []
    return [*sides, joined, pool, *back]
