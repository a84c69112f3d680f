"""The structures that the tests of this folder prove, as integer networks for other tests."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from inspect import getmembers, isfunction, signature
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from tests.helpers.matrix.proof import collected
from tests.matrix import (
    test_batch_norm,
    test_brevitas_layers,
    test_constants,
    test_convolutions,
    test_elementwise,
    test_extremes,
    test_factors,
    test_inputs,
    test_linear,
    test_movement,
    test_networks,
    test_pooling,
    test_structure,
)
from xdsl.dialects.builtin import ModuleOp

from tercet import assets
from tercet.ir.module import parse

SPLIT = "// -----\n"
"""Between the networks of a file, as MLIR's own tools have it."""
MAKERS = ("frontends", "ir", "ops", "passes")
"""What of the compiler makes an integer network."""
FILES: tuple[ModuleType, ...] = (
    test_networks,
    test_constants,
    test_convolutions,
    test_pooling,
    test_elementwise,
    test_movement,
    test_extremes,
    test_factors,
    test_linear,
    test_batch_norm,
    test_inputs,
    test_structure,
    test_brevitas_layers,
)


@dataclass(frozen=True)
class Structure:
    """One case of one test of the matrix."""

    name: str
    test: Callable[..., None]
    arguments: Mapping[str, Any]

    def modules(self) -> list[ModuleOp]:
        """The integer networks that the test would prove; the same ones every time.

        Kept as text below `build/structures`, by the hash of all that they are made from.
        """
        kept = _folder() / (re.sub(r"[^\w-]", "_", self.name) + ".mlir")
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_text(SPLIT.join(str(module) + "\n" for module in self._made()))
            fresh.rename(kept)
        return [parse(text) for text in kept.read_text().split(SPLIT) if text]

    def _made(self) -> list[ModuleOp]:
        torch.manual_seed(sum(self.name.encode()))
        with collected() as found:
            try:
                self.test(**self.arguments)
            except AssertionError:  # it asks for more than there is without a proof
                if not found:
                    raise
        return found


@cache
def _folder() -> Path:
    key = hashlib.sha256(" ".join(map(version, ("torch", "brevitas", "xdsl"))).encode())
    compiler = assets.ROOT / "compiler" / "tercet"
    homes = [*(compiler / name for name in MAKERS), Path(__file__).parent]
    for path in sorted(path for home in homes for path in home.rglob("*.py")):
        key.update(path.read_bytes())
    return assets.build_root() / "structures" / key.hexdigest()[:16]


@cache
def structures() -> tuple[Structure, ...]:
    """Every case of every test."""
    return tuple(
        Structure(f"{file.__name__.rpartition('.test_')[2]}-{name[5:]}{label}", test, arguments)
        for file in FILES
        for name, test in getmembers(file, isfunction)
        if name.startswith("test_") and test.__module__ == file.__name__
        for label, arguments in _cases(test)
    )


def _cases(test: Callable[..., None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The arguments of each call that pytest makes, with a name of its own."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    known = {name.strip() for mark in marks for name in _names(mark.args[0])}
    assert known == set(signature(test).parameters), test.__name__
    for picks in product(*(enumerate(mark.args[1]) for mark in marks)):
        arguments: dict[str, Any] = {}
        for mark, (_, value) in zip(marks, picks, strict=True):
            names = _names(mark.args[0])
            arguments.update(zip(names, value if len(names) > 1 else [value], strict=True))
        yield "".join(f"-{number}" for number, _ in picks), arguments


def _names(text: str | tuple[str, ...]) -> list[str]:
    parts = text.split(",") if isinstance(text, str) else text
    return [part.strip() for part in parts]
