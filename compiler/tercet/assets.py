"""The RTL, HLS, runtime and model files: in the checkout, else inside the installed package."""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]
_IN_CHECKOUT = (_CHECKOUT / "runtime" / "include").is_dir()

ROOT = _CHECKOUT if _IN_CHECKOUT else Path(__file__).parent / "share"
"""Where `rtl/`, `hls/`, `runtime/` and `models/` are."""
_CACHE = Path.home() / ".cache" / "tercet"


def build_root() -> Path:
    """Where artifacts that are made anew when missing go: the first that can be written to.

    `build/` of the checkout, else of the working folder, else the user's cache: the checkout may
    belong to somebody else.
    """
    here = Path.cwd()
    places = [parent / "build" for parent in (_CHECKOUT, here)[not _IN_CHECKOUT :]]
    return next((place for place in places if _writable(place)), _CACHE / "build")


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)
