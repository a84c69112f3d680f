"""Folder of the RTL, HLS, runtime and model files: the checkout, else the installed package."""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]
_IN_CHECKOUT = (_CHECKOUT / "runtime" / "include").is_dir()

ROOT = _CHECKOUT if _IN_CHECKOUT else Path(__file__).parent / "share"
"""Where `rtl/`, `hls/`, `runtime/` and `models/` are."""
_CACHE = Path.home() / ".cache" / "tercet"


def build_root() -> Path:
    """The first writable folder for artifacts that are rebuilt when they are missing.

    Tried in turn: `build/` of the checkout, which another user may own; `build/` of the working
    folder; the user's cache.
    """
    here = Path.cwd()
    places = [parent / "build" for parent in (_CHECKOUT, here)[not _IN_CHECKOUT :]]
    return next((place for place in places if _writable(place)), _CACHE / "build")


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)
