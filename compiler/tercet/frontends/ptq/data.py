"""What the quantizers are calibrated on, and the classes that accuracy is measured against."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tercet.errors import CaptureError
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
    more: tuple[Tensor, ...] = ()
    """The second input of a model of several, and so on; as many rows as `x`."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """One tensor for each input of the model."""
        return (self.x, *self.more)

    def batches(self, most: int | None = None) -> tuple[tuple[Tensor, ...], ...]:
        """The first `most` rows of every input, a few at a time."""
        return tuple(zip(*(torch.split(x[:most], BATCH) for x in self.inputs), strict=True))


def read(model: Model, calibration: Path | None, labels: Path | None) -> Data:
    """The arrays in the files, else the model's own samples, held to the shape of its input."""
    count = len(model.example)
    names = ["x"] if count == 1 else [f"x{i}" for i in range(count)]
    arrays = dict(zip(names, model.samples, strict=True))
    if calibration is not None:
        arrays = _arrays(calibration, *names)
    where = str(calibration or model.name)
    xs = [
        _inputs(arrays[name], name, tuple(example.shape[1:]), where)
        for name, example in zip(names, model.example, strict=True)
    ]
    if len({len(x) for x in xs}) > 1:
        rows = ", ".join(f"{name} {len(x)}" for name, x in zip(names, xs, strict=True))
        raise CaptureError(f"{where}: the inputs have unlike numbers of rows: {rows}")
    classes = arrays.get("y") if labels is None else _arrays(labels, "y")["y"]
    known = None if classes is None else _classes(classes, len(xs[0]), labels or calibration)
    return Data(xs[0], known, tuple(xs[1:]))


def _arrays(path: Path, *names: str) -> dict[str, Array]:
    """The arrays of an .npz, `names` among them; that of an .npy is the only one of these."""
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "it is no .npz or .npy of plain numbers"
        raise CaptureError(f"cannot read {path}: {reason}; write it by numpy.savez") from error
    found = {names[0]: loaded} if isinstance(loaded, np.ndarray) else _unpacked(path, loaded)
    for name in names:
        if name not in found:
            held = ", ".join(found) or "nothing"
            raise CaptureError(f"{path}: holds {held}; wanted an array called {name}")
    return found


def _unpacked(path: Path, archive: Any) -> dict[str, Array]:
    try:
        with archive:
            return {key: archive[key] for key in archive.files}
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own
        raise CaptureError(f"cannot read {path}: it is damaged; write it again") from error


def _inputs(x: Array, name: str, shape: tuple[int, ...], where: str) -> Tensor:
    if x.dtype.kind not in "fiu":
        raise CaptureError(
            f"{where}: {name} holds {x.dtype}; wanted numbers in the model's own units"
        )
    if x.shape[1:] != shape:
        raise CaptureError(
            f"{where}: {name} has rows of shape {x.shape[1:]}; the model's input wants {shape}"
        )
    if len(x) < LEAST:
        raise CaptureError(
            f"{where}: {len(x)} inputs to calibrate on; wanted at least {LEAST}, so give real ones "
            "by --calibration data.npz"
        )
    values = torch.from_numpy(x.astype(np.float32))
    if not bool(torch.isfinite(values).all()):
        raise CaptureError(f"{where}: {name} holds values that are not finite; remove those rows")
    return values


def _classes(labels: Array, count: int, where: Path | None) -> Tensor:
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise CaptureError(
            f"{where}: the labels are {labels.dtype} of shape {labels.shape}; wanted one integer "
            f"for each of the {count} inputs"
        )
    return torch.from_numpy(labels.astype(np.int64))
