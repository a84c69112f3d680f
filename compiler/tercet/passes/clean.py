"""Remove operators whose result nothing reads."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.rewriter import Rewriter

from tercet.ir.module import steps_of


def erase_unused(module: ModuleOp) -> None:
    """Every operator is pure, so what is not read does not matter."""
    for op in reversed(steps_of(module)):
        if not any(result.uses for result in op.results):
            Rewriter.erase_op(op)
