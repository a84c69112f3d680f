"""A check's steps for the inputs: how the host turns each into integers."""

from collections.abc import Iterator, Mapping

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.check import facts
from tercet.check.contract import Place, Step
from tercet.ir.host.boundary import entries_of
from tercet.ir.module import inputs_of

MADE = Place("host", "the host makes integers of the input")
GIVEN = Place("host", "the input holds integers already")


def entries(module: ModuleOp, names: Mapping[SSAValue, str]) -> Iterator[Step]:
    """A step for every input."""
    for argument, entry in zip(inputs_of(module), entries_of(module), strict=True):
        yield Step(
            name=names[argument],
            layer=names[argument],
            operator="input",
            operands=(),
            result=facts.value(argument, entry.clip),
            weights=None,
            scale=None if entry.integers else facts.scale_of(entry.scale),
            method=None,
            proof=None,
            place=GIVEN if entry.integers else MADE,
        )
