"""Patterns that move data movement above a dequantize, if it cannot sink below a quantizer."""

import numpy as np
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.real import ElementwiseOp, PointwiseOp, is_real
from tercet.ir.interval import Interval
from tercet.ir.types import floats_of, shape_of, tensor_type
from tercet.ops.max_pool import MaxPool
from tercet.ops.pad import Pad
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.pad import RealPad
from tercet.passes.movement.moved_constants import after_movement, even


class HoistToIntegers(RewritePattern):
    """move(dequantize(q)) becomes dequantize(move(q)); the scale moves with q."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MovementOp, rewriter: PatternRewriter) -> None:
        owners = [value.owner for value in op.operands]
        reals = [owner for owner in owners if isinstance(owner, Dequantize)]
        if len(reals) != len(owners) or len({r.zero_point for r in reals}) > 1:
            return
        if len({r.q.type.element_type for r in reals}) > 1:  # type: ignore[attr-defined]
            return
        scale = after_movement(op, [(r.x, floats_of(r.scale)) for r in reals])
        if len(reals) > 1 and any(not _same(reals[0], r) for r in reals):
            return
        moved = op.on(*(r.q for r in reals))
        zero = reals[0].zero_point.value.data
        layer = reals[0].layer.data
        rewriter.replace(op, [moved, Dequantize(moved.results[0], scale, zero, layer=layer)])


def _same(a: Dequantize, b: Dequantize) -> bool:
    return np.array_equal(floats_of(a.scale), floats_of(b.scale))


class HoistPool(RewritePattern):
    """max(dequantize(q)) becomes dequantize(max(q)), because scales are above zero."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MaxPool, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Dequantize):
            return
        scale = floats_of(before.scale)
        if max(scale.shape[-(len(shape_of(op.x)) - 2) :], default=1) > 1:
            return
        moved = op.on(before.q)
        zero, layer = before.zero_point.value.data, before.layer.data
        rewriter.replace(op, [moved, Dequantize(moved.results[0], scale, zero, layer=layer)])


class HoistPoolThrough(RewritePattern):
    """max(f(x)) becomes f(max(x)) if f never decreases and is the same all over a channel."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MaxPool, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if isinstance(before, ElementwiseOp) and before.rises() and even(before, op):
            moved = op.on(before.x)
            later = before.on(moved.results[0], *map(floats_of, before.constants()))
            rewriter.replace(op, [moved, later])


class HoistPad(RewritePattern):
    """pad(dequantize(q), v) becomes dequantize(pad(q, v / scale + zero)) if that is an integer."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealPad, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Dequantize) or floats_of(before.scale).size > 1:
            return
        scale, zero = floats_of(before.scale), before.zero_point.value.data
        value = op.value.value.data / float(scale.reshape(())) + zero
        held = Interval.of(tensor_type(before.q).element_type)
        if value != round(value) or not held.low <= value <= held.high:
            return
        padded = Pad(before.q, op.pads(), round(value), layer=op.layer.data)
        real = Dequantize(padded.y, scale, zero, layer=before.layer.data)
        rewriter.replace(op, [padded, real])


class HoistThrough(RewritePattern):
    """move(f(x)) becomes f(move(x)), for movement that could not sink."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MovementOp, rewriter: PatternRewriter) -> None:
        if len(op.operands) != 1 or not is_real(op.results[0]):
            return
        before = op.operands[0].owner
        if isinstance(before, ElementwiseOp):
            constants = [
                after_movement(op, [(op.operands[0], floats_of(c))]) for c in before.constants()
            ]
            moved = op.on(before.x)
            rewriter.replace(op, [moved, before.on(moved.results[0], *constants)])
        elif isinstance(before, PointwiseOp):
            parts = [op.on(x) for x in before.operands]
            again = type(before).create(
                operands=[part.results[0] for part in parts],
                result_types=[parts[0].results[0].type],
                properties=before.properties,
                attributes=before.attributes,
            )
            rewriter.replace(op, [*parts, again])
