"""The list of targets: packages of `tercet.targets` with an `INFO` and a file `target.py`."""

from importlib import import_module
from typing import Any

from tercet import targets as home
from tercet.targets.door import Target
from tercet.targets.info import info_of, infos

AnyTarget = Target[Any, Any]


def targets() -> tuple[AnyTarget, ...]:
    """Every target, in the order of their ranks."""
    return tuple(import_module(f"{home.__name__}.{name}.target").TARGET for name in infos())


def named(word: str) -> AnyTarget:
    """The target with this name or folder. Raises UsageError."""
    info = info_of(word)
    return next(target for target in targets() if target.info == info)


def accelerators() -> tuple[AnyTarget, ...]:
    """The targets that run layers in place of the host."""
    return tuple(target for target in targets() if target.info.accelerates)
