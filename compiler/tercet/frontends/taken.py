"""What a front end says of itself: the operators it takes, and those it refuses with a way out.

A converter declares it where it is registered; the tables of docs/pytorch.md and docs/onnx.md and
the messages of refusals are made of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules


@dataclass(frozen=True)
class Taken:
    """What one converter takes."""

    home: str
    """The module that it stands in."""
    operators: tuple[str, ...]
    domain: str = ""
    """Whose operators they are, where a front end knows those of several."""
    layers: tuple[str, ...] = ()
    """What the user writes where that has another name, such as nn.ReLU."""
    note: str = ""
    """Under which conditions, for a row of a table."""


@dataclass(frozen=True)
class TakenRow:
    """What the converters of one module take of one domain."""

    title: str
    domain: str
    operators: tuple[str, ...]
    layers: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Operators that are known, but not taken."""

    operators: tuple[str, ...]
    way_out: str
    domain: str = ""
    found: str = ""
    """What stands in the way, where more than the operator's name is to be said."""


def load_all(package: str) -> None:
    """Import every module of `package`, so that its converters are registered."""
    for entry in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{entry.name}")


def rows(taken: Iterable[Taken]) -> tuple[TakenRow, ...]:
    """One row for each module and domain, by name; of one, in the order of the module's lines."""
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
