"""The project that tercet.toml describes: options of commands, options of layers, build steps.

Options on the command line override it. Its keys are the options' names:

    model = "net.py:Net"         # for every command with this option
    fabric = "small"
    steps = ["check", "verify"]  # commands that `tercet build` runs

    [verify]                     # options of one command
    vectors = 50

    [layers.fc1]                 # options of one layer
    grid = "1x8x1"
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tercet.errors import UsageError

FILE = Path("tercet.toml")
STEPS, LAYERS, LAYER = "steps", "layers", "layer"
"""Two keys of the file, and the parameter that options of layers become."""
WITHOUT = ("report", "opt", "ops", "build")
"""Commands without a table in tercet.toml: they read no network."""
Value = Any
"""A value of TOML; its type is checked later, when the command line reads the option."""


@dataclass(frozen=True)
class Project:
    """The contents of a tercet.toml."""

    path: Path | None = None
    options: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Defaults of parameters, by command."""
    steps: tuple[str, ...] = ()


NONE = Project()


def read(path: Path, commands: Mapping[str, Iterable[str]]) -> Project:
    """The project in a file; `commands` lists the parameters of each command.

    Raises UsageError if the file cannot be read or if no command has one of its options.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; give a file") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no TOML: {error}") from error
    known = {name: frozenset(params) for name, params in commands.items() if name not in WITHOUT}
    steps, layers = found.pop(STEPS, []), found.pop(LAYERS, {})
    tables = {name: found.pop(name) for name in list(found) if name in known}
    options = {name: _table(path, name, tables.get(name, {}), known[name]) for name in known}
    _require_one_spelling(path, found)
    for key, value in found.items():
        takers = [name for name, params in known.items() if _param(key) in params]
        if not takers:
            names = ", ".join(known)
            raise UsageError(f"{path}: no command has an option {key!r}; tables are {names}")
        for name in takers:
            options[name].setdefault(_param(key), value)
    if layers:
        texts = _layers(path, layers)
        for name, params in known.items():
            if LAYER not in params:
                continue
            if LAYER in options[name]:
                raise UsageError(f"{path}: layer and [layers.NAME] say the same; leave one out")
            options[name][LAYER] = texts
    return Project(path, options, _steps(path, steps, known))


def _param(key: str) -> str:
    return key.replace("-", "_")


def _table(path: Path, name: str, table: Value, params: frozenset[str]) -> dict[str, Value]:
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {name} is a table of options, wanted [{name}]")
    if strange := [key for key in table if _param(key) not in params]:
        known = ", ".join(sorted(params))
        raise UsageError(f"{path}: [{name}] has no option {strange[0]!r}; there are {known}")
    _require_one_spelling(path, table)
    return {_param(key): value for key, value in table.items()}


def _require_one_spelling(path: Path, table: Iterable[str]) -> None:
    names = list(table)
    if twice := [name for name in names if "-" in name and _param(name) in names]:
        raise UsageError(f"{path}: {twice[0]} is given with _ as well; leave one out")


def _layers(path: Path, layers: Value) -> list[str]:
    """As --layer has them: that option says which there are."""
    if not isinstance(layers, dict) or not all(isinstance(each, dict) for each in layers.values()):
        raise UsageError(f"{path}: layers are tables such as [layers.fc1]")
    for layer, each in layers.items():
        for key, value in each.items():
            if isinstance(value, dict):
                raise UsageError(
                    f"{path}: [layers.{layer}.{key}] is a table in a layer; the name of a layer"
                    f' with dots stands in quotes: [layers."{layer}.{key}"]'
                )
    return [
        f"{layer}:{key}={value}" for layer, each in layers.items() for key, value in each.items()
    ]


def _steps(path: Path, steps: Value, known: Iterable[str]) -> tuple[str, ...]:
    if not isinstance(steps, list) or any(step not in tuple(known) for step in steps):
        names = ", ".join(known)
        raise UsageError(f"{path}: steps are a list of commands ({names}), found {steps!r}")
    return tuple(steps)
