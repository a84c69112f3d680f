"""Which operators the planner can put on the fabric. Read by `tercet check` and `tercet ops`."""

from tercet.ir.op import IntegerOp
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.ops.threshold import Threshold

TAKEN: tuple[type[IntegerOp], ...] = (Linear, Requantize, Threshold, Reshape)
"""A chain of these may run there; `plan.make` says whether one does."""


def takes(op: type[IntegerOp]) -> bool:
    return op in TAKEN
