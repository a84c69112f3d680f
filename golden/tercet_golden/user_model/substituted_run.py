"""A run of the reference in which values found by another executor replace its own."""

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
    """The values that the network computes."""
    used: Mapping[SSAValue, Array]
    """The values that later layers read: those found by the other executor, else the computed."""


def follow(module: ModuleOp, inputs: Sequence[Array], found: Mapping[SSAValue, Array]) -> Followed:
    """Run a module by its operators' references; values in `found` replace the computed ones."""
    made, used = dict[SSAValue, Array](), dict[SSAValue, Array]()

    def take(value: SSAValue, array: Array) -> None:
        made[value] = array
        used[value] = found[value].reshape(array.shape) if value in found else array

    for value, array in zip(inputs_of(module), inputs, strict=True):
        take(value, array)
    for op in steps_of(module):
        take(op.results[0], op.reference(*(used[operand] for operand in op.operands)))
    return Followed(made, used)
