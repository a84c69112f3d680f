"""Real operators behind the last integers move from `main` to `exit`, which the host runs."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.families.real import is_real
from tercet.ir.families.weighted import WeightedOp
from tercet.ir.host.boundary import EXIT
from tercet.ir.module import main_of, outputs_of, retype
from tercet.ir.op import LayerOp
from tercet.passes.clean import erase_unused


@dataclass(frozen=True)
class LiftExit(ModulePass):
    """`main` returns the integers of each output; the function `exit` makes reals of them."""

    name = "lift-exit"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        results = outputs_of(op)
        tail: dict[LayerOp, None] = {}
        integers: dict[SSAValue, None] = {}
        for result in results:
            _collect(result, tail, integers)
        host = Block(arg_types=[value.type for value in integers])
        known: dict[SSAValue, SSAValue] = dict(zip(integers, host.args, strict=True))
        for step in tail:
            _require_host(step)
            copy = step.clone(known)
            host.add_op(copy)
        returned = [known[value] for value in results]
        host.add_op(ReturnOp(*returned))
        kinds = [value.type for value in host.args], [value.type for value in returned]
        op.body.block.add_op(FuncOp(EXIT, kinds, Region(host)))
        last = main_of(op).body.block.last_op
        assert last is not None
        last.operands = list(integers)
        retype(op)
        erase_unused(op)


def _collect(result: SSAValue, tail: dict[LayerOp, None], integers: dict[SSAValue, None]) -> None:
    """Collect the real operators that `result` is computed by, in order, and their integers."""
    waiting = [result]
    while waiting:
        value = waiting[-1]
        owner = value.owner
        if not is_real(value):
            integers.setdefault(value)
            waiting.pop()
            continue
        if not isinstance(owner, LayerOp):
            raise UnsupportedError(
                "the model returns its input as floats; quantize that output, or leave it out"
            )
        unknown = [x for x in owner.operands if x not in integers and x.owner not in tail]
        if unknown:
            waiting += unknown
        else:
            tail.setdefault(owner)
            waiting.pop()


def _require_host(step: LayerOp) -> None:
    if isinstance(step, WeightedOp):
        raise UnsupportedError(
            "its input is not quantized",
            layer=step.layer.data,
            way_out="put a QuantIdentity or a QuantReLU before it",
        )
