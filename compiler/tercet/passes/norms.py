"""Softmax and normalizations between two quantizers become integer algorithms."""

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

from tercet.ir.normal import NormOp
from tercet.ir.types import floats_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused


class _Rewrite(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        norm = op.x.owner
        if not isinstance(norm, NormOp) or not isinstance(norm.operands[0].owner, Dequantize):
            return
        start = norm.operands[0].owner
        new = norm.on_integers(start.q, floats_of(start.scale), start.zero_point.value.data, op)
        new.attributes["quantizer"] = op.quantizer
        rewriter.replace(op, new)


@dataclass(frozen=True)
class IntegerNorms(ModulePass):
    """quantize(norm(dequantize(q))) becomes norm(q), whose algorithm numerics.md defines."""

    name = "integer-norms"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Rewrite()).rewrite_module(op)
        erase_unused(op)
