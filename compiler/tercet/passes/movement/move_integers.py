"""Data movement, max pooling and comparisons move from reals to integers.

Each commutes with functions that treat all elements alike. First they sink below the quantizer that
follows, where they move the fewest bits. Moves that cannot sink below a quantizer are applied above
the dequantize.
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
    """Reshape, slice, pad, max pool and the like work on integers wherever that is exact."""

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
