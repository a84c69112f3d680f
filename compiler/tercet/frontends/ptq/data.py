"""What the quantizers are calibrated on, and the classes that accuracy is measured against."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.model import Model

LEAST = 8
"""Rows below which a calibration would say nothing."""

BATCH = 64

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Data:
    """Real inputs, (count, …) in float32, and the class of each where known."""

    x: Tensor
    labels: Tensor | None

    def batches(self, most: int | None = None) -> tuple[Tensor, ...]:
        """The first `most` inputs, a few at a time."""
        return torch.split(self.x[:most], BATCH)


def read(model: Model, calibration: Path | None, labels: Path | None) -> Data:
    """The arrays in the files, else the model's own samples, held to the shape of its input."""
    if len(model.example) != 1:
        raise UnsupportedError(
            f"{model.name}: has {len(model.example)} inputs; post-training quantization takes "
            "models of one input, so join them in a module around it"
        )
    (example,), (samples,) = model.example, model.samples
    arrays = {"x": samples} if calibration is None else _arrays(calibration, "x")
    x = _inputs(arrays["x"], tuple(example.shape[1:]), str(calibration or model.name))
    classes = arrays.get("y") if labels is None else _arrays(labels, "y")["y"]
    return Data(x, None if classes is None else _classes(classes, len(x), labels or calibration))


def _arrays(path: Path, name: str) -> dict[str, Array]:
    """The arrays of an .npz by name; that of an .npy as `name`."""
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "it is no .npz or .npy of plain numbers"
        raise CaptureError(f"cannot read {path}: {reason}; write it by numpy.savez") from error
    found = {name: loaded} if isinstance(loaded, np.ndarray) else _unpacked(path, loaded)
    if name not in found:
        names = ", ".join(found) or "nothing"
        raise CaptureError(f"{path}: holds {names}; wanted an array called {name}")
    return found


def _unpacked(path: Path, archive: Any) -> dict[str, Array]:
    try:
        with archive:
            return {key: archive[key] for key in archive.files}
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own
        raise CaptureError(f"cannot read {path}: it is damaged; write it again") from error


def _inputs(x: Array, shape: tuple[int, ...], where: str) -> Tensor:
    if x.dtype.kind not in "fiu":
        raise CaptureError(f"{where}: x holds {x.dtype}; wanted numbers in the model's own units")
    if x.shape[1:] != shape:
        raise CaptureError(
            f"{where}: x has rows of shape {x.shape[1:]}; the model's input wants {shape}"
        )
    if len(x) < LEAST:
        raise CaptureError(
            f"{where}: {len(x)} inputs to calibrate on; wanted at least {LEAST}, so give real ones "
            "by --calibration data.npz"
        )
    values = torch.from_numpy(x.astype(np.float32))
    if not bool(torch.isfinite(values).all()):
        raise CaptureError(f"{where}: x holds values that are not finite; remove those rows")
    return values


def _classes(labels: Array, count: int, where: Path | None) -> Tensor:
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise CaptureError(
            f"{where}: the labels are {labels.dtype} of shape {labels.shape}; wanted one integer "
            f"for each of the {count} inputs"
        )
    return torch.from_numpy(labels.astype(np.int64))
