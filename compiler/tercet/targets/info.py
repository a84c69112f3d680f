"""What is known of each target before it is loaded: names, places in lists, options."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from tercet.errors import UsageError

HOME = "tercet.targets"
INFO = "INFO"
"""What the package of a target calls its own."""


@dataclass(frozen=True)
class TargetInfo:
    """A target as commands and tables list it."""

    name: str
    """In reports and tables."""
    folder: str
    """Of its files in a bundle; also what `--target` calls it."""
    rank: int
    """Place in lists, the lowest first."""
    title: str = ""
    """Of its column in the table of operators; "" without one."""
    column: int = 0
    """Place of that column."""
    accelerates: bool = False
    """Whether it runs layers in place of the host."""
    wants_examples: bool = False
    """Whether its files hold a test bench with vectors."""
    layer_options: tuple[str, ...] = ()
    """Options of single layers that it knows."""


def infos() -> dict[str, TargetInfo]:
    """Of every target, by the name of its package, in the order of their ranks."""
    packages = [entry.name for entry in iter_modules(import_module(HOME).__path__) if entry.ispkg]
    found = {name: import_module(f"{HOME}.{name}") for name in packages}
    known: dict[str, TargetInfo] = {
        name: getattr(package, INFO) for name, package in found.items() if hasattr(package, INFO)
    }
    return dict(sorted(known.items(), key=lambda pair: pair[1].rank))


def info_of(word: str) -> TargetInfo:
    """Of the target of a name, or of a folder. Raises UsageError."""
    for info in infos().values():
        if word in (info.name, info.folder):
            return info
    known = ", ".join(info.folder for info in infos().values())
    raise UsageError(f"there is no target {word}; there are {known}")
