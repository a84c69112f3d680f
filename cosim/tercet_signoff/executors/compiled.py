"""Shared libraries from C and C++ sources, compiled once for each content."""

import ctypes
import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tercet import assets
from tercet.errors import TercetError
from tercet.staging import kept

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


@dataclass(frozen=True)
class Compiler:
    """A compiler with the options for a target's sources."""

    program: str
    suffix: str
    """The suffix of files given to the compiler; others are only included."""
    options: tuple[str, ...]


C99 = Compiler("gcc", ".c", ("-std=c99", "-pedantic", "-O2", *WARNINGS))
CPP14 = Compiler("g++", ".cpp", ("-std=c++14", "-pedantic", "-O2", *WARNINGS))


def tree(*folders: str) -> dict[str, str]:
    """The text of every C and C++ file below folders of the assets, by path from the root."""
    return {
        str(path.relative_to(assets.ROOT)): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((assets.ROOT / folder).rglob("*"))
        if path.suffix in (".c", ".h", ".hpp")
    }


def load(compiler: Compiler, files: Mapping[str, str], include: tuple[str, ...]) -> ctypes.CDLL:
    """The library compiled from `files`, whose folders `include` are on the search path.

    It is kept below `build/native`, by the hash of everything that it is made from.
    """
    key = hashlib.sha256()
    for part in (_version(compiler.program), repr((compiler, include)), *_flatten(files)):
        key.update(part.encode() + b"\0")
    home = assets.build_root() / "native" / key.hexdigest()[:16]
    kept(home, partial(_build, compiler, files, include))
    return ctypes.CDLL(str(home / "library.so"))


def _flatten(files: Mapping[str, str]) -> list[str]:
    return [part for item in sorted(files.items()) for part in item]


def _build(
    compiler: Compiler, files: Mapping[str, str], include: tuple[str, ...], work: Path
) -> None:
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text, encoding="utf-8")
    sources = [path for path in sorted(files) if path.endswith(compiler.suffix)]
    options = (*compiler.options, "-shared", "-fPIC", *(f"-I{folder}" for folder in include))
    _call([compiler.program, *options, *sources, "-o", "library.so"], work)


def _call(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        told = "\n".join(done.stderr.strip().splitlines()[:6])
        raise TercetError(f"{command[0]} did not accept the emitted sources:\n{told}")
    return done.stdout


@cache
def _version(program: str) -> str:
    if shutil.which(program) is None:
        raise TercetError(f"{program} is not on PATH; install it (Debian: apt install g++)")
    return _call([program, "--version"], Path.cwd())
