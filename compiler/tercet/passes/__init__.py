"""Passes: from the float dialect to the integer dialect, each one tested by running both sides."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.ir.module import context
from tercet.ir.op import verified
from tercet.passes.drop_repeated import DropRepeatedQuantizers
from tercet.passes.entry import LiftEntry
from tercet.passes.exit import LiftExit
from tercet.passes.merge_sums import MergeSums, SumsOfSums
from tercet.passes.movement import MoveIntegers
from tercet.passes.norms import IntegerNorms
from tercet.passes.requantize import Requantization
from tercet.passes.require_integers import RequireIntegers
from tercet.passes.sums import IntegerSums
from tercet.passes.ties.snap import SnapTies
from tercet.passes.zero_point import FoldZeroPoint

SUMMATION: tuple[ModulePass, ...] = (
    MoveIntegers(),
    MergeSums(),
    DropRepeatedQuantizers(),
    LiftEntry(),
    IntegerNorms(),
    IntegerSums(),
    FoldZeroPoint(),
)
"""After these, every layer computes on integers, and one line behind it makes its sums real."""
ENDING: tuple[ModulePass, ...] = (MoveIntegers(), SumsOfSums(), LiftExit())
NORMALIZATION = (*SUMMATION, *ENDING)
"""After these, what is left of the reals lies between integers and a quantizer, place by place."""


def pipeline(threshold_bits: int = 0) -> tuple[ModulePass, ...]:
    """All passes; outputs of up to `threshold_bits` bits become thresholds, not products."""
    return (*NORMALIZATION, SnapTies(), Requantization(threshold_bits), RequireIntegers())


DEFAULT = pipeline()


def run(module: ModuleOp, pipeline: Sequence[ModulePass] = DEFAULT) -> ModuleOp:
    """A new module, the passes applied in order, its types checked after each one."""
    result, known = module.clone(), context()
    for step in pipeline:
        step.apply(known, result)
        verified(result)
    return result
