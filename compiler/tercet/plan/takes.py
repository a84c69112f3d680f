"""Which operators the planner can put on the fabric. Read by `tercet check` and `tercet ops`."""

from tercet.ir.op import IntegerOp
from tercet.plan.lower.registry import rules


def takes(op: type[IntegerOp]) -> bool:
    """Whether there is a rule for it; `plan.lower` says whether one of a network can run."""
    return op in rules()
