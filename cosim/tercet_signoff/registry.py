"""The checks, from the files of `tercet_signoff.checks`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from tercet.report.catalogue import Declared, in_order
from tercet.report.contract import Check
from tercet_signoff import checks
from tercet_signoff.context import CheckContext


@dataclass(frozen=True)
class Registered:
    """A check that is installed."""

    declared: Declared
    run: Callable[[CheckContext], Check]

    @property
    def id(self) -> str:
        return self.declared.id


def registered() -> tuple[Registered, ...]:
    """Every check that this version runs, in the order of a report."""
    found = {m.CHECK: m.run for m in _files() if not m.CHECK.absent}
    return tuple(Registered(check, found[check]) for check in in_order(found))


def all_declared() -> tuple[Declared, ...]:
    """The declarations of all files, also of checks that never run, in the order of a report."""
    return in_order(m.CHECK for m in _files())


def _files() -> Iterator[ModuleType]:
    for found in iter_modules(checks.__path__):
        yield import_module(f"{checks.__name__}.{found.name}")
