"""Removal of a quantizer right behind one of the same grid."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ir.calls import joined
from tercet.ir.op import LayerOp
from tercet.ir.ranges import range_of
from tercet.ir.types import floats_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused


class _Drop(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, Dequantize) or op.q.type != before.q.type:
            return
        same_scale = np.array_equal(floats_of(op.scale), floats_of(before.scale))
        same_zero = op.zero_point == before.zero_point
        held = op.clip().holds(range_of(before.q)) and op.rounding.data != "sign"
        if same_scale and same_zero and held:
            _hand_on(op, before.q.owner)
            rewriter.replace(op, [], [before.q])


def _hand_on(op: Quantize, producer: object) -> None:
    """Give the producer the path of `op`'s quantizer besides its own."""
    if isinstance(producer, LayerOp):
        known = producer.attributes.get("quantizer", StringAttr(""))
        assert isinstance(known, StringAttr)
        producer.attributes["quantizer"] = StringAttr(joined(known.data, op.quantizer.data))


@dataclass(frozen=True)
class DropRepeatedQuantizers(ModulePass):
    """quantize(dequantize(q)) on one grid becomes q."""

    name = "drop-repeated-quantizers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Drop()).rewrite_module(op)
        erase_unused(op)
