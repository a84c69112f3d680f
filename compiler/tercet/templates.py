"""Jinja2 environments for templates of a package or a folder, all with the same settings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from jinja2 import BaseLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

Filters = Mapping[str, Callable[..., object]]
NONE: Filters = MappingProxyType({})


def of_package(package: str, filters: Filters = NONE, *, autoescape: bool = False) -> Environment:
    """The templates in the folder `templates` of a package."""
    return _environment(PackageLoader(package), filters, autoescape)


def of_folder(folder: Path, filters: Filters = NONE) -> Environment:
    """The templates in a folder."""
    return _environment(FileSystemLoader(folder), filters, autoescape=False)


def _environment(loader: BaseLoader, filters: Filters, autoescape: bool) -> Environment:
    """An environment in which an unknown name is an error and a statement leaves no empty line."""
    found = Environment(
        loader=loader,
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(filters)
    return found
