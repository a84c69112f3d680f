"""The digits of scikit-learn as bytes, and how the models of the zoo are trained on them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import nn

from tercet.frontends.zoo import weights

Bytes = npt.NDArray[np.uint8]
HELD_OUT = 360


def images(enlarge: int = 1, border: int = 0) -> tuple[Bytes, Bytes]:
    """All 1,797 digits, shuffled by a fixed seed: pixels 0 to 255, (n, side, side), and labels.

    Every pixel of the 8x8 originals becomes `enlarge` x `enlarge` pixels, then `border` zeros
    are put around.
    """
    data = load_digits()
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)
    pixels = pixels.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
    pixels = np.pad(pixels, ((0, 0), (border, border), (border, border)))
    order = np.random.default_rng(0).permutation(len(pixels))
    return pixels[order], data.target[order].astype(np.uint8)


def train(model: nn.Module, pixels: Bytes, labels: Bytes, folder: Path, epochs: int) -> None:
    """Train on all but the last HELD_OUT digits; write weights.npz and samples.npz."""
    x = torch.from_numpy(pixels.reshape(len(pixels), -1)).float() / 255
    y = torch.from_numpy(labels).long()
    rows, held = x[:-HELD_OUT], x[-HELD_OUT:]
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(rows)), 64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(rows[batch]), y[batch])
            torch.autograd.backward(loss)
            optimizer.step()
        schedule.step()
    model.eval()
    weights.save(model, folder / "weights.npz")
    np.savez_compressed(
        folder / "samples.npz",
        x=pixels.reshape(len(pixels), -1)[-HELD_OUT:],
        y=labels[-HELD_OUT:],
    )
    with torch.no_grad():
        right = (model(held).argmax(1) == y[-HELD_OUT:]).float().mean()
    print(f"{folder.name}: {100 * right:.1f} % of {HELD_OUT} held-out digits are right")
