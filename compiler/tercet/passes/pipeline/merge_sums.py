"""Sums of sums become one sum, which is rounded once.

Lines between two sums move behind the second sum, movements in front of the first. Then both
merge into a sum over one axis, or into a pool with one window.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ir.families.movement import MovementOp
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, floats_of, shape_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.avg_pool import AvgPool
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.sum import RealSum
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.transpose import Transpose
from tercet.passes.clean import erase_unused
from tercet.passes.movement.hoist import HoistThrough
from tercet.passes.movement.move_integers import MoveIntegers
from tercet.passes.pipeline.sums import SumIntegers

ONE, ZERO = np.ones(()), np.zeros(())


class LinesBehindSums(RewritePattern):
    """sum(a * x + b) over n places becomes a * sum(x) + n * b, if n * b is exact."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealSum | AvgPool, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Affine) or not _read_by_a_quantizer(op):
            return
        parts = [_across(op, floats_of(c)) for c in before.constants()]
        if any(part is None for part in parts):
            return
        factor, offset, divisor = (part for part in parts if part is not None)
        shift = _summed(op, offset)
        if shift is None:
            return
        first = _same(op, before.x)
        last = Affine(first.y, factor, shift, divisor, layer=before.layer.data)
        rewriter.replace(op, [first, last])


class LinesBehindMovement(RewritePattern):
    """Above a sum, move(f(x)) becomes f(move(x))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MovementOp, rewriter: PatternRewriter) -> None:
        if isinstance(op.operands[0].owner, Affine) and _on_the_way_to_a_sum(op):
            HoistThrough().match_and_rewrite(op, rewriter)


class SumOfSum(RewritePattern):
    """Two sums become one: the first sum's axis moves next to the second's and merges with it."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealSum, rewriter: PatternRewriter) -> None:
        path, value = list[Reshape | Transpose](), op.x
        while isinstance(step := value.owner, Reshape | Transpose):
            path.insert(0, step)
            value = step.x
        first = value.owner
        if not isinstance(first, RealSum):
            return
        layer = op.layer.data
        axis, rank = first.axis.value.data, len(shape_of(first.x))
        extent = shape_of(first.x)[axis]
        order = (*(i for i in range(rank) if i != axis), axis)
        made: list[LayerOp] = [Transpose(first.x, order, layer=layer)]
        for step in path:
            before = made[-1].results[0]
            if isinstance(step, Reshape):
                made.append(Reshape(before, (*shape_of(step.y)[1:], extent), layer=layer))
            else:
                axes = step.axes()
                made.append(Transpose(before, (*axes, len(axes)), layer=layer))
        axis, shape = op.axis.value.data, shape_of(op.x)
        order = (*(i for i in range(len(shape)) if i != axis), axis, len(shape))
        made.append(Transpose(made[-1].results[0], order, layer=layer))
        rest = shape_of(op.y)[1:]
        made.append(Reshape(made[-1].results[0], (*rest, shape[axis] * extent), layer=layer))
        made.append(RealSum(made[-1].results[0], axis=len(rest) + 1, layer=layer))
        rewriter.replace(op, made)


class PoolOfPool(RewritePattern):
    """A pool of windows of a pool that tiles its input becomes one pool with larger windows."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: AvgPool, rewriter: PatternRewriter) -> None:
        first = op.x.owner
        if not isinstance(first, AvgPool) or not _tiles(first):
            return
        tile, window = first.window().kernel, op.window()
        whole = _whole_tiles(first)
        made: list[LayerOp] = [] if whole is None else [whole]
        pairs = list(zip(tile, window.padding, strict=True))
        made.append(
            AvgPool(
                first.x if whole is None else whole.y,
                floats_of(op.counts) * prod(tile),
                kernel=tuple(a * b for a, b in zip(tile, window.kernel, strict=True)),
                stride=tuple(a * b for a, b in zip(tile, window.stride, strict=True)),
                padding=tuple((n * begin, n * end) for n, (begin, end) in pairs),
                layer=op.layer.data,
            )
        )
        rewriter.replace(op, made)


class SumOfPool(RewritePattern):
    """A sum over a pool that tiles its input becomes one sum over one axis."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealSum, rewriter: PatternRewriter) -> None:
        value = op.x
        while isinstance(step := value.owner, Reshape | Transpose):
            value = step.x
        first = value.owner
        if not isinstance(first, AvgPool) or not _tiles(first) or not first.y.has_one_use():
            return
        layer, tile = first.layer.data, first.window().kernel
        whole = _whole_tiles(first)
        made: list[LayerOp] = [] if whole is None else [whole]
        source = first.x if whole is None else whole.y
        _, channels, *extents = shape_of(first.y)
        pairs = [n for pair in zip(extents, tile, strict=True) for n in pair]
        made.append(Reshape(source, (channels, *pairs), layer=layer))
        places = range(2, 2 + len(pairs), 2)
        order = (0, 1, *places, *(i + 1 for i in places))
        made.append(Transpose(made[-1].results[0], order, layer=layer))
        made.append(Reshape(made[-1].results[0], (channels, *extents, prod(tile)), layer=layer))
        made.append(RealSum(made[-1].results[0], axis=2 + len(extents), layer=layer))
        count = np.asarray(float(prod(tile)))
        made.append(Affine(made[-1].results[0], ONE, ZERO, count, layer=layer))
        rewriter.replace(first, made)


def _on_the_way_to_a_sum(op: MovementOp) -> bool:
    readers = [use.operation for use in op.y.uses]
    if len(readers) != 1:
        return False
    (reader,) = readers
    if isinstance(reader, MovementOp):
        return _on_the_way_to_a_sum(reader)
    return isinstance(reader, RealSum | AvgPool) and _read_by_a_quantizer(reader)


def _same(op: RealSum | AvgPool, x: SSAValue) -> RealSum | AvgPool:
    """The sum `op` of another tensor of the same shape."""
    return type(op).create(
        operands=[x],
        result_types=[op.y.type],
        properties=dict(op.properties),
        attributes=dict(op.attributes),
    )


def _across(op: RealSum | AvgPool, constant: FloatArray) -> FloatArray | None:
    """`constant` in the shape of the sum; None if it changes along a summed axis."""
    mixed = op.mixes()[len(op.mixes()) - constant.ndim :]
    if any(m and n > 1 for m, n in zip(mixed, constant.shape, strict=True)):
        return None
    if isinstance(op, AvgPool):
        return constant
    return constant.squeeze(tuple(i for i, m in enumerate(mixed) if m))


def _summed(op: RealSum | AvgPool, offset: FloatArray) -> FloatArray | None:
    """The sum of an offset over all places; None if float64 cannot hold it exactly."""
    if not offset.any():
        return offset
    if isinstance(op, AvgPool):
        window = op.window()
        full = bool((floats_of(op.counts) == prod(window.kernel)).all())
        return offset if full and not any(map(any, window.padding)) else None
    count = shape_of(op.x)[op.axis.value.data]
    found = offset * count
    pairs = zip(offset.reshape(-1).tolist(), found.reshape(-1).tolist(), strict=True)
    return found if all(Fraction(a) * count == Fraction(b) for a, b in pairs) else None


def _tiles(pool: AvgPool) -> bool:
    """Whether the windows lie side by side without padding."""
    window = pool.window()
    full = bool((floats_of(pool.counts) == prod(window.kernel)).all())
    spatial = shape_of(pool.y)[2:]
    aside = all(
        n == 1 or step == size
        for n, step, size in zip(spatial, window.stride, window.kernel, strict=True)
    )
    return full and aside and not any(map(any, window.padding))


def _whole_tiles(pool: AvgPool) -> Slice | None:
    """The part of the input that the windows cover; None if they cover all of it."""
    shape, tile = shape_of(pool.x), pool.window().kernel
    covered = [n * size for n, size in zip(shape_of(pool.y)[2:], tile, strict=True)]
    if tuple(covered) == tuple(shape[2:]):
        return None
    stops = [*shape[:2], *covered]
    return Slice(pool.x, [0] * len(shape), stops, [1] * len(shape), layer=pool.layer.data)


def _read_by_a_quantizer(op: LayerOp) -> bool:
    """Whether a quantizer follows; sums at the end of the model are the host's."""
    seen, waiting = set[object](), [op]
    while waiting:
        for use in waiting.pop().results[0].uses:
            reader = use.operation
            if isinstance(reader, Quantize):
                return True
            if isinstance(reader, LayerOp) and reader not in seen:
                seen.add(reader)
                waiting.append(reader)
    return False


class _SumAgain(RewritePattern):
    """An integer sum of dequantized integer sums."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealSum | AvgPool, rewriter: PatternRewriter) -> None:
        if _read_by_a_quantizer(op):
            SumIntegers().match_and_rewrite(op, rewriter)


def _merged(patterns: list[RewritePattern], ctx: Context, op: ModuleOp) -> None:
    if PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op):
        erase_unused(op)
        MoveIntegers().apply(ctx, op)


@dataclass(frozen=True)
class MergeSums(ModulePass):
    """Means of means, pools of pools and other sums of sums become one sum."""

    name = "merge-sums"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        lines = [LinesBehindSums(), LinesBehindMovement()]
        _merged([*lines, PoolOfPool(), SumOfPool(), SumOfSum()], ctx, op)


@dataclass(frozen=True)
class SumsOfSums(ModulePass):
    """Sums of sums that `MergeSums` left become integer sums of the first layer's sums."""

    name = "sums-of-sums"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        _merged([LinesBehindSums(), LinesBehindMovement(), _SumAgain()], ctx, op)
