"""A network put right on the way: every layer works on what somebody else found before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.module import inputs_of, steps_of
from tercet.ir.types import Array


@dataclass(frozen=True, eq=False)
class Followed:
    """The arrays of every value."""

    made: Mapping[SSAValue, Array]
    """As the network computes them."""
    used: Mapping[SSAValue, Array]
    """As they are handed on: what was found, where something was."""


def follow(module: ModuleOp, inputs: Sequence[Array], found: Mapping[SSAValue, Array]) -> Followed:
    """Run a module by its operators' references; what was `found` takes a value's place."""
    made, used = dict[SSAValue, Array](), dict[SSAValue, Array]()

    def take(value: SSAValue, array: Array) -> None:
        made[value] = array
        used[value] = found[value].reshape(array.shape) if value in found else array

    for value, array in zip(inputs_of(module), inputs, strict=True):
        take(value, array)
    for op in steps_of(module):
        take(op.results[0], op.reference(*(used[operand] for operand in op.operands)))
    return Followed(made, used)
