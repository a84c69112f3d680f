"""The one place where Python is compiled: machine code is kept on disk between processes.

Numba takes a kernel for unchanged as long as its own file is; ours call each other across files and
use the numbers of the program format. So what is kept lies in a folder named for all of that.
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
"""What kernels may use beside their own folder."""
_CONFIG: Any = config


def compiled(function: Function) -> Function:
    """`function` as machine code, made when it is first called."""
    folder = kept(Path(function.__code__.co_filename).parent)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # nowhere to keep it
        return cast(Function, njit(function))
    before, _CONFIG.CACHE_DIR = _CONFIG.CACHE_DIR, str(folder)
    try:
        return cast(Function, njit(cache=True)(function))
    finally:
        _CONFIG.CACHE_DIR = before


@cache
def kept(folder: Path) -> Path:
    """Where the kernels of a folder are kept: they depend on no other files than these."""
    digest = hashlib.sha256()
    own = {path for room in (*ROOMS, folder) for path in room.glob("*.py")}
    for path in sorted(own):
        digest.update(path.read_bytes())
    return Path.home() / ".cache" / "tercet" / digest.hexdigest()[:16]
