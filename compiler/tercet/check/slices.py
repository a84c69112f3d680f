"""The pieces of a network between stored values, each a module that can be built or refused."""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from tercet.ir.module import ops_of, outputs_of, steps_of
from tercet.ir.names import is_stamped, stamp, value_names
from tercet.ir.op import LayerOp
from tercet.ir.types import tensor_type
from tercet.ops.real.quantize import Quantize

STORED = 8
"""The most bits of a stored element; wider elements are sums on their way to a quantizer."""


def slices(captured: ModuleOp) -> Iterator[ModuleOp]:
    """A module of the float dialect for every quantizer, then one for every other output.

    A module begins with inputs of the network, or with the quantizers before its own.
    """
    cuts: list[SSAValue] = [op.q for op in steps_of(captured) if isinstance(op, Quantize)]
    rest = [value for value in outputs_of(captured) if value not in cuts]
    for goal in (*cuts, *rest):
        yield _slice(captured, goal, set(cuts) - {goal})


def pieces(module: ModuleOp) -> Iterator[ModuleOp]:
    """A module of the integer dialect for every stored value, then one for every other output."""
    made: list[SSAValue] = [result for op in ops_of(module) for result in op.results]
    kept = [value for value in made if tensor_type(value).element_type.width.data <= STORED]
    rest = [value for value in outputs_of(module) if value in made and value not in kept]
    for goal in (*kept, *rest):
        yield _slice(module, goal, set(kept) - {goal}, begins=True)


def _slice(
    module: ModuleOp, goal: SSAValue, cuts: set[SSAValue], *, begins: bool = False
) -> ModuleOp:
    """The module that computes `goal`. With `begins`, the values in `cuts` are its inputs."""
    ops = _needed(module, goal, cuts, begins)
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
    found = ModuleOp([FuncOp("main", kinds, Region(block))])
    if is_stamped(module):
        names = value_names(module)
        stamp(found, {mapped[value]: name for value, name in names.items() if value in mapped})
    return found


def _needed(module: ModuleOp, goal: SSAValue, cuts: set[SSAValue], begins: bool) -> list[LayerOp]:
    """The operators that compute `goal`, back to the cuts; their own operators unless `begins`."""
    needed, found = {goal}, list[LayerOp]()
    for op in reversed(steps_of(module)):
        cut = bool(cuts.intersection(op.results))
        if any(result in needed for result in op.results) and not (begins and cut):
            found.append(op)
            if not cut:
                needed.update(op.operands)
    return found[::-1]
