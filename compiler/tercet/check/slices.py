"""A captured network cut at its quantizers: each piece can be built, or refused, on its own."""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from tercet.ir.module import outputs_of, steps_of
from tercet.ir.op import LayerOp
from tercet.ops.real.quantize import Quantize


def slices(captured: ModuleOp) -> Iterator[ModuleOp]:
    """A module for every quantizer, then one for every other output, in order.

    Its inputs are the network's, and what reaches the quantizers before it: these begin it.
    """
    cuts: list[SSAValue] = [op.q for op in steps_of(captured) if isinstance(op, Quantize)]
    rest = [value for value in outputs_of(captured) if value not in cuts]
    for goal in (*cuts, *rest):
        yield _slice(captured, goal, set(cuts) - {goal})


def _slice(captured: ModuleOp, goal: SSAValue, cuts: set[SSAValue]) -> ModuleOp:
    ops = _needed(captured, goal, cuts)
    made = {result for op in ops for result in op.results}
    inputs = list(dict.fromkeys(x for op in ops for x in op.operands if x not in made)) or [goal]
    block = Block(arg_types=[value.type for value in inputs])
    mapped: dict[SSAValue, SSAValue] = dict(zip(inputs, block.args, strict=True))
    for value, argument in mapped.items():
        argument.name_hint = value.name_hint
    for op in ops:
        block.add_op(op.clone(mapped))
    block.add_op(ReturnOp(mapped[goal]))
    kinds = [value.type for value in inputs], [goal.type]
    return ModuleOp([FuncOp("main", kinds, Region(block))])


def _needed(captured: ModuleOp, goal: SSAValue, cuts: set[SSAValue]) -> list[LayerOp]:
    """The operators behind `goal` as far as the quantizers that cut, these included; in order."""
    needed, found = {goal}, list[LayerOp]()
    for op in reversed(steps_of(captured)):
        if any(result in needed for result in op.results):
            found.append(op)
            if not cuts.intersection(op.results):
                needed.update(op.operands)
    return found[::-1]
