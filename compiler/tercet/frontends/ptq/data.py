"""The inputs for calibration, and for measuring accuracy."""

from dataclasses import dataclass

import torch
from torch import Tensor

from tercet.errors import CaptureError
from tercet.frontends.model import Model

LEAST = 8
"""The fewest rows for a calibration or a measurement."""
HELD_OUT = 5
"""One row of so many is held out of the calibration for the measurement."""
BATCH = 64


@dataclass(frozen=True)
class Data:
    """Inputs, (count, …) in float32, and the class of each if known."""

    x: Tensor
    labels: Tensor | None
    more: tuple[Tensor, ...] = ()
    """Further inputs of a model of several, with as many rows as `x`."""

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """One tensor for each input of the model."""
        return (self.x, *self.more)

    def batches(self, most: int | None = None) -> tuple[tuple[Tensor, ...], ...]:
        """The first `most` rows of every input, in batches."""
        return tuple(zip(*(torch.split(x[:most], BATCH) for x in self.inputs), strict=True))

    def rows(self, which: Tensor) -> "Data":
        """The rows that `which` selects."""
        labels = None if self.labels is None else self.labels[which]
        return Data(self.x[which], labels, tuple(x[which] for x in self.more))


def data_of(model: Model) -> Data:
    """The model's samples."""
    pairs = zip(model.samples, model.example, strict=True)
    first, *more = (torch.from_numpy(x).to(shown.dtype) for x, shown in pairs)
    labels = torch.tensor(model.labels, dtype=torch.int64) if model.labels else None
    return Data(first, labels, tuple(more))


def require_enough(data: Data, where: str) -> None:
    """Refuse a calibration on too few inputs."""
    if len(data.x) < LEAST:
        raise CaptureError(
            f"{where}: {len(data.x)} inputs to calibrate on; wanted at least {LEAST}, so give real "
            "ones by --samples data.npz"
        )


def parted(data: Data, seed: int = 1) -> tuple[Data, Data | None]:
    """The data for calibration, and the held-out data for measuring.

    Nothing is held out without classes or with too few inputs.
    """
    count = len(data.x) // HELD_OUT
    if data.labels is None or count < LEAST:
        return data, None
    order = torch.randperm(len(data.x), generator=torch.Generator().manual_seed(seed))
    last, first = order[:count].sort().values, order[count:].sort().values
    return data.rows(first), data.rows(last)
