"""The order of the passes, and the function that runs them."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.ir.module import context
from tercet.ir.op import verified
from tercet.passes.movement.move_integers import MoveIntegers
from tercet.passes.pipeline.drop_repeated import DropRepeatedQuantizers
from tercet.passes.pipeline.entry import LiftEntry
from tercet.passes.pipeline.exit import LiftExit
from tercet.passes.pipeline.merge_sums import MergeSums, SumsOfSums
from tercet.passes.pipeline.norms import IntegerNorms
from tercet.passes.pipeline.requantize import Requantization
from tercet.passes.pipeline.require_integers import RequireIntegers
from tercet.passes.pipeline.stamp_names import StampNames
from tercet.passes.pipeline.sums import IntegerSums
from tercet.passes.pipeline.zero_point import FoldZeroPoint
from tercet.passes.ties.snap import SnapTies

SUMMATION: tuple[ModulePass, ...] = (
    MoveIntegers(),
    MergeSums(),
    DropRepeatedQuantizers(),
    LiftEntry(),
    IntegerNorms(),
    IntegerSums(),
    FoldZeroPoint(),
)
"""After these passes every layer computes on integers, and a line behind it makes sums real."""
ENDING: tuple[ModulePass, ...] = (MoveIntegers(), SumsOfSums(), LiftExit())
NORMALIZATION = (*SUMMATION, *ENDING)
"""After these passes the only reals left are regions: functions of each place alone."""


def in_order(threshold_bits: int = 0) -> tuple[ModulePass, ...]:
    """All passes in order; outputs of up to `threshold_bits` bits become thresholds."""
    ending = (SnapTies(), Requantization(threshold_bits), RequireIntegers(), StampNames())
    return (*NORMALIZATION, *ending)


DEFAULT = in_order()


def run(module: ModuleOp, pipeline: Sequence[ModulePass] = DEFAULT) -> ModuleOp:
    """A new module, from `module` by the passes in order; its types are verified after each one."""
    result, known = module.clone(), context()
    for step in pipeline:
        step.apply(known, result)
        verified(result)
    return result
