"""How the models of the zoo are trained, and what is kept of them."""

from dataclasses import dataclass
from pathlib import Path

import brevitas.nn as qnn
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tercet.frontends.zoo import weights

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Data:
    """Real data, in an order that is fixed."""

    x: Bytes
    """(rows, …), meant as x / 255."""
    y: Bytes
    """Classes, (rows,)."""
    held_out: int
    """The last so many rows are never trained on."""
    kept: int = 0
    """How many of those become held_out.npz; 0: all."""

    @property
    def sample_rows(self) -> slice:
        """The held-out rows that are committed."""
        first = len(self.x) - self.held_out
        return slice(first, first + (self.kept or self.held_out))


@dataclass(frozen=True)
class Course:
    """How long and how boldly."""

    epochs: int
    rate: float = 3e-3
    """Of Adam; it falls to zero along half a cosine."""
    decay: float = 1e-5
    shift: int = 0
    """Images move up to so many pixels each way, around the edge; a batch moves together."""


def train(model: nn.Module, data: Data, folder: Path, course: Course) -> None:
    """Train on all but the held-out rows; write both .npz files and print how much is right."""
    torch.set_num_threads(1)
    x, y = torch.from_numpy(data.x).float() / 255, torch.from_numpy(data.y).long()
    last = len(x) - data.held_out
    _fit(model.train(), x[:last], y[:last], course)
    _settle(model.eval())
    weights.save(model, folder / "weights.npz")
    rows = data.sample_rows
    np.savez_compressed(folder / "held_out.npz", x=data.x[rows], y=data.y[rows])
    with torch.no_grad():
        found = torch.cat([model(part).argmax(1) for part in torch.split(x[last:], 64)])
    right = (found == y[last:]).float().mean()
    print(f"{folder.name}: {100 * right:.1f} % of {data.held_out} held-out rows are right")


def _fit(model: nn.Module, x: Tensor, y: Tensor, course: Course) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=course.rate, weight_decay=course.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, course.epochs)
    for _ in range(course.epochs):
        for batch in torch.split(torch.randperm(len(x)), 64):
            optimizer.zero_grad()
            images = _moved(x[batch], course.shift) if course.shift else x[batch]
            loss = nn.functional.cross_entropy(model(images), y[batch])
            torch.autograd.backward(loss)
            optimizer.step()
        schedule.step()


def _moved(images: Tensor, most: int) -> Tensor:
    down, right = torch.randint(-most, most + 1, (2,)).tolist()
    return torch.roll(images, (down, right), (2, 3))


def _settle(model: nn.Module) -> None:
    """Weights of one bit become -scale and scale themselves, which compress to nothing."""
    for layer in model.modules():
        if isinstance(layer, qnn.QuantLinear | qnn.QuantConv2d):
            quantized = layer.quant_weight()
            if quantized.bit_width == 1:
                layer.weight.data = quantized.value.detach()
