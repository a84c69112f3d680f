"""The registry of converters of ONNX operators, filled by importing `onnx/operators`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeAlias, TypeVar

from tercet.errors import CaptureError, TercetError, UnsupportedError
from tercet.frontends.declared_operators import Refused, Taken, load_all
from tercet.frontends.onnx.builder import OnnxBuilder, Value
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.limits import shown
from tercet.frontends.onnx.node import Node

Converter: TypeAlias = Callable[..., Value | list[Value]]
"""converter(builder, node, *operands): its result, or a list where there are several."""
Made = TypeVar("Made", bound=Converter)
Key: TypeAlias = tuple[Domain, str]
_FOUND: dict[Key, Converter] = {}
_TAKEN: list[Taken] = []
_REFUSED: dict[Key, Refused] = {}


def converts(
    *kinds: str, domain: Domain = Domain.STANDARD, note: str = ""
) -> Callable[[Made], Made]:
    """Register a converter for operators of `domain`; `note`: its conditions, for docs/onnx.md."""

    def register(converter: Made) -> Made:
        _FOUND.update((_new(domain, kind), converter) for kind in kinds)
        _TAKEN.append(Taken(converter.__module__, kinds, domain.value[0], note=note))
        return converter

    return register


def refuses(found: str, way_out: str, kinds: str, domain: Domain = Domain.STANDARD) -> None:
    """Register a refusal of operators of `domain`: the reason and the way out."""
    refused = Refused(tuple(kinds.split()), way_out, domain.value[0], found)
    _REFUSED.update((_new(domain, kind), refused) for kind in refused.operators)


def _new(domain: Domain, kind: str) -> Key:
    assert (domain, kind) not in {*_FOUND, *_REFUSED}, f"two answers for {kind}"
    return domain, kind


@cache
def converters() -> Mapping[Key, Converter]:
    """Every converter, by domain and operator."""
    load_all("tercet.frontends.onnx.operators")
    return _FOUND


def refusals() -> Mapping[Key, Refused]:
    """The refusals by domain and operator."""
    converters()
    return _REFUSED


def refused() -> tuple[Refused, ...]:
    """Every refusal once."""
    return tuple(dict.fromkeys(refusals().values()))


def taken() -> tuple[Taken, ...]:
    """The operators that every converter takes."""
    converters()
    return tuple(_TAKEN)


def refusal(node: Node) -> UnsupportedError:
    """The error for an unsupported `node`, with the way out."""
    known = refusals().get((node.domain, node.kind))
    if known is None:
        return node.unsupported(
            f"operator {node.kind} is not supported", way_out=node.domain.way_out
        )
    return node.unsupported(f"{node.kind} is not supported: {known.found}", way_out=known.way_out)


def convert(builder: OnnxBuilder, node: Node, operands: Sequence[Value]) -> Sequence[Value]:
    """The results of `node`; the operators that compute them are added to `builder`."""
    converter = converters().get((node.domain, node.kind))
    if converter is None:
        raise refusal(node)
    try:
        found = converter(builder, node, *operands)
    except TercetError:
        raise
    except Exception as error:
        # The file is untrusted: any error of numpy, onnx or a constructor about its numbers becomes
        # a message instead of a traceback.
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(
            f"{node.kind} does not fit its operands: {shown(first)}", layer=node.name
        ) from error
    return found if isinstance(found, list) else [found]
