"""The names, places in lists and options of each target, known before it is loaded."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from tercet.errors import UsageError

HOME = "tercet.targets"
INFO = "INFO"
"""Name of the `TargetInfo` in the package of a target."""


@dataclass(frozen=True)
class TargetInfo:
    """A target as commands and tables list it."""

    name: str
    """Its name in reports and tables."""
    folder: str
    """Folder of its files in a bundle; also its name in `--target`."""
    rank: int
    """Its place in lists, the lowest first."""
    title: str = ""
    """Title of its column in the table of operators; "" without a column."""
    column: int = 0
    """Place of its column."""
    accelerates: bool = False
    """Whether it runs layers in place of the host."""
    wants_examples: bool = False
    """Whether its files hold a test bench with vectors."""
    layer_options: tuple[str, ...] = ()
    """Names of the options of single layers that it knows."""


def infos() -> dict[str, TargetInfo]:
    """The info of every target, by the name of its package, in the order of their ranks."""
    packages = [entry.name for entry in iter_modules(import_module(HOME).__path__) if entry.ispkg]
    found = {name: import_module(f"{HOME}.{name}") for name in packages}
    known: dict[str, TargetInfo] = {
        name: getattr(package, INFO) for name, package in found.items() if hasattr(package, INFO)
    }
    return dict(sorted(known.items(), key=lambda pair: pair[1].rank))


def info_of(word: str) -> TargetInfo:
    """The info of the target with this name or folder. Raises UsageError."""
    for info in infos().values():
        if word in (info.name, info.folder):
            return info
    known = ", ".join(info.folder for info in infos().values())
    raise UsageError(f"there is no target {word}; there are {known}")
