"""Flatten integers instead of the reals they stand for."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ir.real import ElementwiseOp
from tercet.ir.types import Dense, floats_of, tensor_type
from tercet.ops.flatten import Flatten
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.flatten import RealFlatten
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused


class _AfterDequantize(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealFlatten, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if isinstance(before, Dequantize) and floats_of(before.scale).size == 1:
            flat = Flatten(before.q, layer=op.layer.data)
            scale, zero = floats_of(before.scale), before.zero_point.value.data
            reals = Dequantize(flat.y, scale, zero, layer=before.layer.data)
            rewriter.replace(op, [flat, reals])


class _BeforeQuantize(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if isinstance(before, RealFlatten) and floats_of(op.scale).size == 1:
            element = tensor_type(op.q).element_type
            scale, zero = floats_of(op.scale), op.zero_point.value.data
            q = Quantize(before.x, scale, zero, op.clip(), element, layer=op.layer.data)
            q.attributes["quantizer"] = op.quantizer
            rewriter.replace(op, [q, Flatten(q.q, layer=before.layer.data)])


class _AfterElementwise(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        tables = [p for p in op.properties.values() if isinstance(p, Dense)]
        if isinstance(before, RealFlatten) and all(floats_of(t).size == 1 for t in tables):
            earlier = type(op).create(
                operands=[before.x],
                result_types=[before.x.type],
                properties=op.properties,
                attributes=op.attributes,
            )
            flat = RealFlatten(earlier.y, layer=before.layer.data)
            rewriter.replace(op, [earlier, flat])


@dataclass(frozen=True)
class IntegerFlatten(ModulePass):
    """Flattening moves data only, so it commutes with all that treats every element alike."""

    name = "integer-flatten"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = GreedyRewritePatternApplier(
            [_AfterDequantize(), _AfterElementwise(), _BeforeQuantize()]
        )
        PatternRewriteWalker(patterns).rewrite_module(op)
        erase_unused(op)
