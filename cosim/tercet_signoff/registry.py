"""Finds the checks: every file of `tercet_signoff.checks`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from tercet.report.catalogue import CATALOGUE
from tercet.report.contract import Check
from tercet_signoff import checks
from tercet_signoff.context import CheckContext


@dataclass(frozen=True)
class Registered:
    """A check that is installed."""

    id: str
    run: Callable[[CheckContext], Check]


def registered() -> tuple[Registered, ...]:
    """Every installed check, in the order of the contract."""
    order = [line.id for line in CATALOGUE]
    found = [import_module(f"{checks.__name__}.{m.name}") for m in iter_modules(checks.__path__)]
    return tuple(
        sorted((Registered(m.ID, m.run) for m in found), key=lambda check: order.index(check.id))
    )
