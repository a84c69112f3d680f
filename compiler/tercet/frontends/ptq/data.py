"""What the quantizers are calibrated on, and what accuracy is measured on."""

from dataclasses import dataclass

import torch
from torch import Tensor

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.model import Model

LEAST = 8
"""Rows below which a calibration, or a measurement, would say nothing."""
HELD_OUT = 5
"""One row of so many is held out of the calibration, and measured on."""
BATCH = 64


@dataclass(frozen=True)
class Data:
    """Inputs, (count, …) in float32, and the class of each where known."""

    x: Tensor
    labels: Tensor | None

    def batches(self, most: int | None = None) -> tuple[Tensor, ...]:
        """The first `most` inputs, a few at a time."""
        return torch.split(self.x[:most], BATCH)


def data_of(model: Model) -> Data:
    """The model's samples."""
    if len(model.example) != 1:
        raise UnsupportedError(
            f"{model.name}: has {len(model.example)} inputs; post-training quantization takes "
            "models of one input, so join them in a module around it"
        )
    (samples,) = model.samples
    labels = torch.tensor(model.labels, dtype=torch.int64) if model.labels else None
    return Data(torch.from_numpy(samples).float(), labels)


def require_enough(data: Data, where: str) -> None:
    """A calibration has some inputs to go by."""
    if len(data.x) < LEAST:
        raise CaptureError(
            f"{where}: {len(data.x)} inputs to calibrate on; wanted at least {LEAST}, so give real "
            "ones by --samples data.npz"
        )


def parted(data: Data, seed: int = 1) -> tuple[Data, Data | None]:
    """Inputs to calibrate on, and others to measure on.

    None are held out where there are no classes to measure by, or too few inputs.
    """
    count = len(data.x) // HELD_OUT
    if data.labels is None or count < LEAST:
        return data, None
    order = torch.randperm(len(data.x), generator=torch.Generator().manual_seed(seed))
    last, first = order[:count].sort().values, order[count:].sort().values
    return Data(data.x[first], data.labels[first]), Data(data.x[last], data.labels[last])
