"""The zero point of a dense layer's input joins the bias."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ops.linear import Linear


class _Fold(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Linear, rewriter: PatternRewriter) -> None:
        zero = op.zero_point.value.data
        if zero == 0:
            return
        weight = op.matrix()
        bias = op.addend() - zero * weight.sum(1)
        rewriter.replace(op, Linear(op.x, weight, bias, layer=op.layer.data))


@dataclass(frozen=True)
class FoldZeroPoint(ModulePass):
    """sum w (x - z) becomes sum w x - z sum w, which is exact, so targets need no zero points."""

    name = "fold-zero-point"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Fold()).rewrite_module(op)
