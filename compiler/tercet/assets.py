"""The RTL, HLS, runtime and model files: in the checkout, else inside the installed package."""

from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]
_IN_CHECKOUT = (_CHECKOUT / "runtime" / "include").is_dir()

ROOT = _CHECKOUT if _IN_CHECKOUT else Path(__file__).parent / "share"
"""Where `rtl/`, `hls/`, `runtime/` and `models/` are."""


def build_root() -> Path:
    """Where artifacts that are made anew when missing go: `build/` of the checkout, else here."""
    return (_CHECKOUT if _IN_CHECKOUT else Path.cwd()) / "build"
