"""Finds the executors: every file of this package that has a `TARGET` and a `run`."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tercet.ir.types import IntArray
from tercet_signoff import executors as home

Executor = Callable[..., Mapping[str, IntArray]]
"""Takes an artifact and inputs [V, ...]: every value that it computes, by name."""


def executor(target: str) -> Executor:
    """The executor of a target's artifacts, such as run(artifact, *xs)."""
    found: Executor = _all()[target]
    return found


@cache
def _all() -> Mapping[str, Executor]:
    names = (f"{home.__name__}.{entry.name}" for entry in iter_modules(home.__path__))
    modules = [import_module(name) for name in names]
    return {module.TARGET: module.run for module in modules if hasattr(module, "TARGET")}
