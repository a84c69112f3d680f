"""Machine code of the cycle model's functions, which numba compiles and keeps on disk.

Numba recompiles a function only if its own file changes. The cycle model's functions call each
other across files and use the constants of the program format, so the cache folder is named by a
digest of all these files.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])
TIMING = Path(__file__).parent
ROOMS = (TIMING, TIMING.with_name("format"))
"""Folders whose files the compiled functions use."""
_CONFIG: Any = config


def compiled(function: Function) -> Function:
    """`function` as machine code, made when it is first called."""
    folder = kept(Path(function.__code__.co_filename).parent)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # no writable cache folder
        return cast(Function, njit(function))
    before, _CONFIG.CACHE_DIR = _CONFIG.CACHE_DIR, str(folder)
    try:
        return cast(Function, njit(cache=True)(function))
    finally:
        _CONFIG.CACHE_DIR = before


@cache
def kept(folder: Path) -> Path:
    """The cache folder for the functions of a folder, named by a digest of all files they use."""
    digest = hashlib.sha256()
    own = {path for room in (*ROOMS, folder) for path in room.glob("*.py")}
    for path in sorted(own):
        digest.update(path.read_bytes())
    return Path.home() / ".cache" / "tercet" / digest.hexdigest()[:16]
