"""Data movement and max pooling leave the reals: below quantizers, or up to the integers.

Each commutes with all that treats every element alike. Below a quantizer it moves the fewest bits;
what cannot get there is done to the integers that the reals stand for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ir.interval import Interval
from tercet.ir.movement import MovementOp
from tercet.ir.op import LayerOp
from tercet.ir.real import ElementwiseOp, PointwiseOp, is_real
from tercet.ir.types import FloatArray, floats_of, shape_of, tensor_type
from tercet.ops.max_pool import MaxPool
from tercet.ops.pad import Pad
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.pad import RealPad
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused


class _SinkMovement(RewritePattern):
    """f(move(x)) becomes move(f(x))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp | Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, MovementOp):
            return
        found = [before_movement(before, floats_of(c)) for c in op.constants()]
        if any(constant is None for constant in found):
            return
        earlier = [
            op.on(x, *(c[i] for c in found if c is not None)) for i, x in enumerate(before.operands)
        ]
        moved = before.on(*(step.results[0] for step in earlier))
        _mark(op, earlier, moved)
        rewriter.replace(op, [*earlier, moved])


def _mark(op: LayerOp, earlier: Sequence[LayerOp], last: LayerOp) -> None:
    """`last` returns what `op` did: it, not `earlier`, is the quantizer that the user sees."""
    if isinstance(op, Quantize):
        last.attributes["quantizer"] = op.quantizer
        for step in earlier:
            step.attributes["quantizer"] = StringAttr("")


class _SinkPool(RewritePattern):
    """f(max(x)) becomes max(f(x)) where f nowhere falls and is the same all over a channel."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp | Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, MaxPool):
            return
        if not _even(op, before) or not (isinstance(op, Quantize) or op.rises()):
            return
        earlier = op.on(before.x, *map(floats_of, op.constants()))
        pooled = before.on(earlier.results[0])
        _mark(op, [earlier], pooled)
        rewriter.replace(op, [earlier, pooled])


class _SinkPad(RewritePattern):
    """f(pad(x, v)) becomes pad(f(x), f(v)) where f is the same everywhere."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp | Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, RealPad) or any(floats_of(c).size > 1 for c in op.constants()):
            return
        earlier = op.on(before.x, *map(floats_of, op.constants()))
        value = op.reference(np.asarray(before.value.value.data))
        later: RealPad | Pad
        if isinstance(op, Quantize):
            later = Pad(earlier.results[0], before.pads(), int(value), layer=before.layer.data)
        else:
            later = RealPad(
                earlier.results[0], before.pads(), float(value), layer=before.layer.data
            )
        _mark(op, [earlier], later)
        rewriter.replace(op, [earlier, later])


class _HoistToIntegers(RewritePattern):
    """move(dequantize(q)) becomes dequantize(move(q)); the scale moves, too."""

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


class _HoistPool(RewritePattern):
    """max(dequantize(q)) becomes dequantize(max(q)): scales are above zero."""

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


class _HoistPoolThrough(RewritePattern):
    """max(f(x)) becomes f(max(x)) where f nowhere falls and is the same all over a channel."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MaxPool, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if isinstance(before, ElementwiseOp) and before.rises() and _even(before, op):
            moved = op.on(before.x)
            later = before.on(moved.results[0], *map(floats_of, before.constants()))
            rewriter.replace(op, [moved, later])


def _even(op: ElementwiseOp | Quantize, pool: MaxPool) -> bool:
    """Whether no constant of `op` changes along an axis that is pooled."""
    axes = len(shape_of(pool.x)) - 2
    shapes = [tuple(c.get_shape()) for c in op.constants()]
    return all(max(shape[-axes:], default=1) == 1 for shape in shapes)


class _HoistPad(RewritePattern):
    """pad(dequantize(q), v) becomes dequantize(pad(q, v / scale + zero)) where that is whole."""

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


class _HoistThrough(RewritePattern):
    """move(f(x)) becomes f(move(x)): what could not sink goes the other way."""

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


def before_movement(op: MovementOp, constant: FloatArray) -> list[FloatArray] | None:
    """What `constant`, that broadcasts against the result, is for each operand.

    None where two places of the result that come from one element need unlike constants.
    """
    if constant.size == 1:
        return [constant.reshape(()) for _ in op.operands]
    shapes = [shape_of(x)[1:] for x in op.operands]
    sizes = [int(np.prod(shape)) for shape in shapes]
    starts = np.cumsum([0, *sizes])
    places = [
        np.arange(start, start + size).reshape(1, *shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]
    origin = op.moved(*places)[0]
    wanted = np.broadcast_to(constant, origin.shape)
    flat = np.full(int(starts[-1]), wanted.reshape(-1)[0])
    flat[origin] = wanted
    if not np.array_equal(flat[origin], wanted):
        return None
    return [
        narrowed(flat[start : start + size].reshape(shape))
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]


def after_movement(op: MovementOp, operands: list[tuple[SSAValue, FloatArray]]) -> FloatArray:
    """The constant that the result meets, from those that each operand meets."""
    rows = [np.broadcast_to(c, shape_of(x)[1:])[None] for x, c in operands]
    return narrowed(np.asarray(op.moved(*rows)[0], np.float64))


def narrowed(constant: FloatArray) -> FloatArray:
    """Extent 1 along every axis on which nothing changes."""
    for axis in range(constant.ndim):
        first = constant.take([0], axis)
        if np.array_equal(np.broadcast_to(first, constant.shape), constant):
            constant = first
    return constant.reshape(()) if constant.size == 1 else constant


@dataclass(frozen=True)
class MoveIntegers(ModulePass):
    """No reshape, slice, pad or max pool works on reals where integers would do."""

    name = "move-integers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        to_integers = [_HoistToIntegers(), _HoistPool(), _HoistPad()]
        sink = [_SinkMovement(), _SinkPool(), _SinkPad()]
        for patterns in (
            [*to_integers, *sink],
            [*to_integers, _HoistThrough(), _HoistPoolThrough()],
        ):
            PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)
            erase_unused(op)
