"""One function for each torch operator, found by walking `aten/operators`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

from tercet.frontends.aten.builder import Builder, Value

Converter: TypeAlias = Callable[..., Value]
_FOUND: dict[Any, Converter] = {}
_NAMED: set[str] = set()
"""Operators that a user would write: messages name them."""


def converts(*targets: Any, leftover: bool = False) -> Callable[[Converter], Converter]:
    """Register a function for torch operators: converter(builder, *arguments, **keywords).

    A leftover is what torch.export puts in by itself.
    """

    def register(converter: Converter) -> Converter:
        _FOUND.update(dict.fromkeys(targets, converter))
        names = (str(target).split(".") for target in targets if not leftover)
        _NAMED.update(name for space, name, *_ in names if space == "aten")
        return converter

    return register


@cache
def converters() -> Mapping[Any, Converter]:
    """Every converter, by torch operator."""
    package = import_module("tercet.frontends.aten.operators")
    for entry in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{entry.name}")
    return _FOUND


def convert(
    builder: Builder, target: Any, arguments: Sequence[Value], keywords: Mapping[str, Value]
) -> Value:
    """The value of the torch operator `target`; what computes it is added to `builder`."""
    converter = converters().get(target)
    if converter is None:
        name = str(target).removeprefix("aten.").partition(".")[0]
        raise builder.unsupported(
            f"operator {name} is not supported", f"Tercet takes {', '.join(sorted(_NAMED))}"
        )
    return converter(builder, *arguments, **keywords)
