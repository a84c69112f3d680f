"""The list of targets: every folder of `tercet.targets` with a file `target.py`."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from tercet import targets as home
from tercet.errors import UsageError
from tercet.targets.door import Target

AnyTarget = Target[Any, Any]


def targets() -> tuple[AnyTarget, ...]:
    """Every target, in the order of their ranks."""
    places = (f"{home.__name__}.{entry.name}.target" for entry in iter_modules(home.__path__))
    found = [import_module(place).TARGET for place in places if _is_there(place)]
    return tuple(sorted(found, key=lambda target: target.rank))


def _is_there(place: str) -> bool:
    try:
        return find_spec(place) is not None
    except ModuleNotFoundError:  # a file, not a folder
        return False


def named(word: str) -> AnyTarget:
    """The target with this name or folder. Raises UsageError."""
    found = [target for target in targets() if word in (target.name, target.folder)]
    if not found:
        known = ", ".join(target.folder for target in targets())
        raise UsageError(f"there is no target {word}; there are {known}")
    return found[0]


def accelerators() -> tuple[AnyTarget, ...]:
    """The targets that run layers in place of the host."""
    return tuple(target for target in targets() if target.accelerates)
