"""Data movement, max pooling and comparisons leave the reals: below quantizers, or up to integers.

Each commutes with all that treats every element alike. Below a quantizer it moves the fewest bits;
what cannot get there is done to the integers that the reals stand for.
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import GreedyRewritePatternApplier, PatternRewriteWalker

from tercet.passes.clean import erase_unused
from tercet.passes.movement.constants import QuantizeConstant
from tercet.passes.movement.extremes import HoistExtreme, QuantizeExtreme, SinkExtreme
from tercet.passes.movement.hoist import (
    HoistPad,
    HoistPool,
    HoistPoolThrough,
    HoistThrough,
    HoistToIntegers,
)
from tercet.passes.movement.sink import SinkMovement, SinkPad, SinkPool


@dataclass(frozen=True)
class MoveIntegers(ModulePass):
    """No reshape, slice, pad or max pool works on reals where integers would do."""

    name = "move-integers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        to_integers = [
            HoistToIntegers(),
            QuantizeConstant(),
            HoistPool(),
            HoistPad(),
            HoistExtreme(),
        ]
        sink = [SinkMovement(), SinkPool(), SinkPad(), SinkExtreme(), QuantizeExtreme()]
        for patterns in (
            [*to_integers, *sink],
            [*to_integers, HoistThrough(), HoistPoolThrough()],
        ):
            PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)
            erase_unused(op)
