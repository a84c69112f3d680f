"""Softmax and normalizations between two quantizers become integer algorithms."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.ir.families.real_norms import NormOp, one_scale
from tercet.ir.types import floats_of, number
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.clean import erase_unused


class _Rewrite(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        clips, norm = _clips(op.x)
        if not isinstance(norm, NormOp) or not isinstance(norm.operands[0].owner, Dequantize):
            return
        start = norm.operands[0].owner
        if clips:
            _narrow(op, clips)
        new = norm.on_integers(start.q, floats_of(start.scale), start.zero_point.value.data, op)
        new.attributes["quantizer"] = op.quantizer
        rewriter.replace(op, new)


def _clips(x: SSAValue) -> tuple[list[Clip | Relu], object]:
    """The clips that compute `x`, in order, and the owner of the first one's operand."""
    found: list[Clip | Relu] = []
    while isinstance(x.owner, Clip | Relu):
        found.insert(0, x.owner)
        x = x.owner.x
    return found, x.owner


def _narrow(end: Quantize, clips: Sequence[Clip | Relu]) -> None:
    """Narrow the bounds of `end` by those of `clips`, because rounding keeps the order."""
    one_scale(floats_of(end.scale), end.layer.data)
    low, high = (_end(end, clips, infinite) for infinite in (-inf, inf))
    end.low, end.high = number(low), number(high)


def _end(end: Quantize, clips: Sequence[Clip | Relu], x: float) -> int:
    """The integer of the least or the greatest real `x`, after the clips."""
    for clip in clips:
        x = float(clip.reference(np.asarray(x)))
    if isinf(x):
        return end.clip().low if x < 0 else end.clip().high
    return end.exact(Fraction(x), place=())


@dataclass(frozen=True)
class IntegerNorms(ModulePass):
    """quantize(norm(dequantize(q))) becomes norm(q), whose algorithm numerics.md defines.

    A clip between the norm and the quantizer becomes a narrower clip of the integers.
    """

    name = "integer-norms"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Rewrite()).rewrite_module(op)
        erase_unused(op)
