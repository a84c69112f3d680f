"""Removal of operators whose result is unused."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.rewriter import Rewriter

from tercet.ir.module import steps_of


def erase_unused(module: ModuleOp) -> None:
    """Remove operators whose result is unused; every operator is pure."""
    for op in reversed(steps_of(module)):
        if not any(result.uses for result in op.results):
            Rewriter.erase_op(op)
