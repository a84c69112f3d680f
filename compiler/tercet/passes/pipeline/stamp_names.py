"""The end of the passes: every value gets the name that all executors and reports know it by."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.ir.names import stamp


@dataclass(frozen=True)
class StampNames(ModulePass):
    """Write names as attributes; behind this they are carried, never worked out again."""

    name = "stamp-names"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        stamp(op)
