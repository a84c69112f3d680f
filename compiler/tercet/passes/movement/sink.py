"""Data movement sinks below quantizers, where it moves the fewest bits."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.real import ElementwiseOp
from tercet.ir.op import LayerOp
from tercet.ir.types import floats_of
from tercet.ops.max_pool import MaxPool
from tercet.ops.pad import Pad
from tercet.ops.real.pad import RealPad
from tercet.ops.real.quantize import Quantize
from tercet.passes.movement.moved_constants import before_movement, even


class SinkMovement(RewritePattern):
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
    """Give `last`, which returns the result of `op`, the quantizer's path, and `earlier` none."""
    if isinstance(op, Quantize):
        last.attributes["quantizer"] = op.quantizer
        for step in earlier:
            step.attributes["quantizer"] = StringAttr("")


class SinkPool(RewritePattern):
    """f(max(x)) becomes max(f(x)) if f never decreases and is the same all over a channel."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ElementwiseOp | Quantize, rewriter: PatternRewriter) -> None:
        before = op.x.owner
        if not isinstance(before, MaxPool):
            return
        if not even(op, before) or not (isinstance(op, Quantize) or op.rises()):
            return
        earlier = op.on(before.x, *map(floats_of, op.constants()))
        pooled = before.on(earlier.results[0])
        _mark(op, [earlier], pooled)
        rewriter.replace(op, [earlier, pooled])


class SinkPad(RewritePattern):
    """f(pad(x, v)) becomes pad(f(x), f(v)) if f is the same for every element."""

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
