"""One function for each operator, found by walking `onnx/operators`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias, TypeVar

from tercet.errors import CaptureError, TercetError
from tercet.frontends.onnx.builder import Builder, Value
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.limits import shown
from tercet.frontends.onnx.node import Node

Converter: TypeAlias = Callable[..., Value | list[Value]]
"""converter(builder, node, *operands): its result, or a list where there are several."""
Made = TypeVar("Made", bound=Converter)
Key: TypeAlias = tuple[Domain, str]
_FOUND: dict[Key, Converter] = {}


def converts(*kinds: str, domain: Domain = Domain.STANDARD) -> Callable[[Made], Made]:
    """Register a converter for operators of `domain`."""

    def register(converter: Made) -> Made:
        for kind in kinds:
            assert (domain, kind) not in _FOUND, f"two converters for {kind}"
            _FOUND[domain, kind] = converter
        return converter

    return register


@cache
def converters() -> Mapping[Key, Converter]:
    """Every converter, by domain and operator."""
    package = import_module("tercet.frontends.onnx.operators")
    for entry in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{entry.name}")
    return _FOUND


def convert(builder: Builder, node: Node, operands: Sequence[Value]) -> Sequence[Value]:
    """The results of `node`; what computes them is added to `builder`."""
    converter = converters().get((node.domain, node.kind))
    if converter is None:
        raise node.unsupported(f"operator {node.kind} is not supported", node.domain.way_out)
    try:
        found = converter(builder, node, *operands)
    except TercetError:
        raise
    except Exception as error:
        # The file is not to be trusted: what numpy, onnx or a constructor say of its numbers is
        # the user's to know, and a traceback would not help.
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(
            f"{node.name}: {node.kind} does not fit its operands: {shown(first)}"
        ) from error
    return found if isinstance(found, list) else [found]
