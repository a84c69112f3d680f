"""Declarations of a front end: the operators it takes, and those it refuses with a way out.

A converter declares its operators where it is registered. The tables of docs/pytorch.md and
docs/onnx.md and the messages of refusals are made of the declarations.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules


@dataclass(frozen=True)
class Taken:
    """The operators that one converter takes."""

    home: str
    """The Python module of the converter."""
    operators: tuple[str, ...]
    domain: str = ""
    """The operators' domain, for a front end that knows several."""
    layers: tuple[str, ...] = ()
    """The layers that become these operators, such as nn.ReLU."""
    note: str = ""
    """The conditions, for a row of a table."""


@dataclass(frozen=True)
class TakenRow:
    """The operators of one domain that the converters of one module take."""

    title: str
    domain: str
    operators: tuple[str, ...]
    layers: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Operators that are known and refused."""

    operators: tuple[str, ...]
    way_out: str
    domain: str = ""
    found: str = ""
    """The reason, if the operator's name does not suffice."""


def load_all(package: str) -> None:
    """Import every module of `package`, so that its converters are registered."""
    for entry in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{entry.name}")


def rows(taken: Iterable[Taken]) -> tuple[TakenRow, ...]:
    """One row for each module and domain, by name; within one, in the order of the source."""
    ordered = sorted(taken, key=_place)
    return tuple(_row(*place, list(group)) for place, group in groupby(ordered, key=_place))


def _place(one: Taken) -> tuple[str, str]:
    return one.home, one.domain


def _row(home: str, domain: str, taken: list[Taken]) -> TakenRow:
    said = (import_module(home).__doc__ or "").splitlines()[0].rstrip(".")
    return TakenRow(
        said,
        domain,
        tuple(dict.fromkeys(name for one in taken for name in one.operators)),
        tuple(dict.fromkeys(name for one in taken for name in one.layers)),
        tuple(one.note for one in taken if one.note),
    )
