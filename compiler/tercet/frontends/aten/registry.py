"""One function for each torch operator, found by walking `aten/operators`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

from tercet.frontends.aten.builder import Builder, Value

Converter: TypeAlias = Callable[..., Value]
COPIES = {"alias", "clone", "contiguous", "detach", "detach_", "lift_fresh_copy"}
"""Operators that torch.export leaves behind; nobody writes them, so no message names them."""
_FOUND: dict[Any, Converter] = {}


def converts(*targets: Any) -> Callable[[Converter], Converter]:
    """Register a function for torch operators: converter(builder, *arguments, **keywords)."""

    def register(converter: Converter) -> Converter:
        _FOUND.update(dict.fromkeys(targets, converter))
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
        known = {str(t).split(".")[1] for t in converters() if str(t).startswith("aten.")} - COPIES
        name = str(target).removeprefix("aten.").partition(".")[0]
        raise builder.unsupported(
            f"operator {name} is not supported", f"Tercet takes {', '.join(sorted(known))}"
        )
    return converter(builder, *arguments, **keywords)
