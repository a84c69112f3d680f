"""The zoo: small trained models in the folder `models/`, found by their folder's name.

A model is `models/<name>/model.py` with `build()`, beside `held_out.npz`: held-out real data as
bytes `x` (count, features), meant as x / 255, and its classes `y`. The names are known without
loading torch or numpy.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tercet.assets import ROOT

if TYPE_CHECKING:
    from tercet.ir.types import FloatArray

FOLDER = ROOT / "models"


def names() -> list[str]:
    """Every model of the zoo."""
    return sorted(path.parent.name for path in FOLDER.glob("*/model.py"))


def factory(name: str) -> Callable[[], Any]:
    """The function that builds the model."""
    from tercet.frontends.python import factory_from_file

    return factory_from_file(str(FOLDER / name / "model.py"), "build")


def samples(name: str) -> "tuple[FloatArray, tuple[int, ...]]":
    """Held-out real data, (count, features), in the units of the model's input; its classes."""
    import numpy as np

    path: Path = FOLDER / name / "held_out.npz"
    with np.load(path) as arrays:
        pixels, labels = arrays["x"], arrays["y"]
    return pixels.astype(np.float64) / 255, tuple(int(label) for label in labels)
