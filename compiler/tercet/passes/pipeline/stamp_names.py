"""The last pass stamps every value with the name that executors and reports use."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.ir.names import stamp


@dataclass(frozen=True)
class StampNames(ModulePass):
    """Write the name of every value as an attribute; later rewrites copy it."""

    name = "stamp-names"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        stamp(op)
