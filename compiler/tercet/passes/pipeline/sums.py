"""Real sums of products become integer ones; scales and float biases move behind the sums."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.errors import UnsupportedError
from tercet.ir.families.sums import SumOp
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.passes.clean import erase_unused
from tercet.passes.movement.moved_constants import narrowed


class SumIntegers(RewritePattern):
    """sum(dequantize(q)) becomes a line of dequantize(sum(q))."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SumOp, rewriter: PatternRewriter) -> None:
        starts = [value.owner for value in op.operands if isinstance(value.owner, Dequantize)]
        if len(starts) != len(op.operands):
            return
        scales = [_scale(op, start) for start in starts]
        single = all(scale.size == 1 for scale in scales)
        unit = float(np.prod(scales)) if single else None
        zeros = [start.zero_point.value.data for start in starts]
        sums = op.on_integers([start.q for start in starts], zeros, unit)
        layer = op.layer.data
        real = Dequantize(sums.op.results[0], _kept(op, scales[0]), layer=layer)
        factor = np.ones(()) if sums.factor is None else sums.factor
        for scale in scales[1:]:
            factor = factor * scale
        offset = np.zeros(()) if sums.offset is None else sums.offset
        divisor = np.ones(()) if sums.divisor is None else sums.divisor
        rest = Affine(real.x, factor, offset, divisor, layer=layer)
        rewriter.replace(op, [sums.op, real, rest])


def _scale(op: SumOp, start: Dequantize) -> FloatArray:
    """The scale of an operand: one number, or one for each element of the axes not summed."""
    scale = narrowed(floats_of(start.scale))
    if scale.size == 1:
        return scale
    mixed = op.mixes()[-scale.ndim :]
    if len(op.operands) > 1 or any(m and n > 1 for m, n in zip(mixed, scale.shape, strict=False)):
        raise UnsupportedError(
            f"its input has a scale for each of {scale.size} channels, which no sum of "
            "integers can take",
            layer=op.layer.data,
            way_out="quantize it per tensor",
        )
    return scale


def _kept(op: SumOp, scale: FloatArray) -> FloatArray:
    """The scale without the axes that the sum removes."""
    axes = len(op.mixes())
    if scale.size == 1 or len(op.results[0].type.get_shape()) - 1 == axes:  # type: ignore[attr-defined]
        return scale
    (gone,) = [i - axes for i, mixed in enumerate(op.mixes()) if mixed]
    return scale.squeeze(gone) if scale.ndim >= -gone else scale


@dataclass(frozen=True)
class IntegerSums(ModulePass):
    """sum(dequantize(q)) becomes affine(dequantize(sum(q))), which is the same real."""

    name = "integer-sums"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(SumIntegers()).rewrite_module(op)
        erase_unused(op)
