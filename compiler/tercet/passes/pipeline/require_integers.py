"""The check that only integer operators are left and no value leaves its type."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.module import steps_of
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import ranges


@dataclass(frozen=True)
class RequireIntegers(ModulePass):
    """Refuse the first layer that is still real; prove the range of every value."""

    name = "require-integers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for step in steps_of(op):
            if not isinstance(step, IntegerOp):
                raise UnsupportedError(
                    f"{step.name.partition('.')[2]} stays a function of reals",
                    layer=step.layer.data,
                    way_out=(
                        "only functions between a linear layer and the next quantizer become "
                        "integers"
                    ),
                )
        ranges(op)
