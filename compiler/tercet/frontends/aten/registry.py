"""One function for each torch operator, found by walking `aten/operators`."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

from torch.fx import Node
from xdsl.ir import SSAValue

from tercet.frontends.aten.advice import advice
from tercet.frontends.aten.builder import Absent, Builder, Turned, Value
from tercet.frontends.aten.fold import folded

Converter: TypeAlias = Callable[..., Value]
_FOUND: dict[Any, Converter] = {}
_OF_CONSTANTS: set[Any] = set()
_OF_TURNED: set[Any] = set()


def converts(
    *targets: Any, constants: bool = False, turned: bool = False
) -> Callable[[Converter], Converter]:
    """Register a function for torch operators: converter(builder, *arguments, **keywords).

    An operator of constants alone is run by torch itself, unless the converter takes `constants`.
    One that takes `turned` tensors knows what to do where the batch is not the first axis.
    """

    def register(converter: Converter) -> Converter:
        _FOUND.update(dict.fromkeys(targets, converter))
        _OF_CONSTANTS.update(targets if constants else ())
        _OF_TURNED.update(targets if turned else ())
        return converter

    return register


@cache
def converters() -> Mapping[Any, Converter]:
    """Every converter, by torch operator."""
    package = import_module("tercet.frontends.aten.operators")
    for entry in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{entry.name}")
    return _FOUND


def known(node: Node) -> bool:
    """Whether a node of a graph is read as it stands: it has a converter and writes nowhere."""
    target = node.target
    if target is operator.getitem:
        return True
    schema = getattr(target, "_schema", None)
    return target in converters() and schema is not None and not schema.is_mutable


def convert(
    builder: Builder, target: Any, arguments: Sequence[Value], keywords: Mapping[str, Value]
) -> Value:
    """The value of the torch operator `target`; what computes it is added to `builder`."""
    converter = converters().get(target)
    if target is operator.getitem:
        return _item(*arguments)
    if target not in _OF_CONSTANTS and not _moves((*arguments, *keywords.values())):
        return folded(target, arguments, keywords)
    if target not in _OF_TURNED:
        builder.require_upright(*arguments, *keywords.values())
    if converter is None:
        name = str(target).removeprefix("aten.").partition(".")[0].strip("_")
        raise builder.unsupported(f"operator {name} is not supported", advice(name))
    return converter(builder, *arguments, **keywords)


def _moves(value: Value) -> bool:
    """Whether `value` depends on an input of the network."""
    if isinstance(value, list | tuple):
        return any(_moves(item) for item in value)
    return isinstance(value, SSAValue | Turned | Absent)


def _item(values: Any, index: Any) -> Value:
    found: Value = values[index]
    return found
