"""The executors by target: every file of this package with a `TARGET` and a `run`."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tercet.ir.types import IntArray
from tercet_signoff import executors as home

Executor = Callable[..., Mapping[str, IntArray]]
"""A function of an artifact and inputs [V, ...] that returns every computed value by name."""


def executor(target: str) -> Executor:
    """The executor of a target's artifacts, called as run(artifact, *xs)."""
    found: Executor = _all()[target]
    return found


@cache
def _all() -> Mapping[str, Executor]:
    names = (f"{home.__name__}.{entry.name}" for entry in iter_modules(home.__path__))
    modules = [import_module(name) for name in names]
    return {module.TARGET: module.run for module in modules if hasattr(module, "TARGET")}
