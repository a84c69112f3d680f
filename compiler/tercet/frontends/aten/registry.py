"""The registry of converters of torch operators, filled by importing `aten/operators`."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from torch.fx import Node
from xdsl.ir import SSAValue

from tercet.frontends.aten.advice import advice
from tercet.frontends.aten.builder import Absent, AtenBuilder, Turned, Value
from tercet.frontends.aten.fold import folded
from tercet.frontends.declared_operators import Taken, load_all

Converter: TypeAlias = Callable[..., Value]
_FOUND: dict[Any, Converter] = {}
_TAKEN: list[Taken] = []
_OF_CONSTANTS: set[Any] = set()
_OF_TURNED: set[Any] = set()


def converts(
    *targets: Any, constants: bool = False, turned: bool = False, layers: str = "", note: str = ""
) -> Callable[[Converter], Converter]:
    """Register a converter of torch operators: converter(builder, *arguments, **keywords).

    Torch itself runs an operator whose operands are all constant, unless the converter takes
    `constants`. A converter that takes `turned` gets tensors whose batch is not the first axis.
    docs/pytorch.md lists the `layers` of torch.nn and brevitas.nn that become these operators,
    and the conditions in `note`.
    """

    def register(converter: Converter) -> Converter:
        _FOUND.update(dict.fromkeys(targets, converter))
        names = tuple(dict.fromkeys(name_of(one) for one in targets if is_of_torch(one)))
        _TAKEN.append(Taken(converter.__module__, names, layers=tuple(layers.split()), note=note))
        _OF_CONSTANTS.update(targets if constants else ())
        _OF_TURNED.update(targets if turned else ())
        return converter

    return register


def name_of(target: Any) -> str:
    """The name of a torch operator, without its namespace and its overload."""
    return str(target).removeprefix("aten.").partition(".")[0].strip("_")


def is_of_torch(target: Any) -> bool:
    """Whether the operator is torch's, not one of `torch.ops.tercet`."""
    return str(target).startswith("aten.")


@cache
def converters() -> Mapping[Any, Converter]:
    """Every converter, by torch operator."""
    load_all("tercet.frontends.aten.operators")
    return _FOUND


def known(node: Node) -> bool:
    """Whether a node can be converted without decomposing: it has a converter and is pure."""
    target = node.target
    if target is operator.getitem:
        return True
    schema = getattr(target, "_schema", None)
    return target in converters() and schema is not None and not schema.is_mutable


def taken() -> tuple[Taken, ...]:
    """The operators that every converter takes."""
    converters()
    return tuple(_TAKEN)


def convert(
    builder: AtenBuilder, target: Any, arguments: Sequence[Value], keywords: Mapping[str, Value]
) -> Value:
    """The value of the torch operator `target`; its operators are added to `builder`."""
    converter = converters().get(target)
    if target is operator.getitem:
        return _item(*arguments)
    if target not in _OF_CONSTANTS and not _moves((*arguments, *keywords.values())):
        return folded(target, arguments, keywords)
    if target not in _OF_TURNED:
        builder.require_upright(*arguments, *keywords.values())
    if converter is None:
        name = name_of(target)
        raise builder.unsupported(f"operator {name} is not supported", way_out=advice(name))
    return converter(builder, *arguments, **keywords)


def _moves(value: Value) -> bool:
    """Whether `value` depends on an input of the network."""
    if isinstance(value, list | tuple):
        return any(_moves(item) for item in value)
    return isinstance(value, SSAValue | Turned | Absent)


def _item(values: Any, index: Any) -> Value:
    found: Value = values[index]
    return found
