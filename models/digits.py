"""The digits of scikit-learn as bytes."""

import numpy as np
from models.training import Bytes, Data
from sklearn.datasets import load_digits

HELD_OUT = 360


def images(enlarge: int = 1, border: int = 0) -> Data:
    """All 1,797 digits, shuffled by a fixed seed: pixels 0 to 255, (rows, 1, side, side).

    Every pixel of the 8x8 originals becomes `enlarge` x `enlarge` pixels, then `border` zeros
    are put around.
    """
    data = load_digits()
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)
    pixels = pixels.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
    pixels = np.pad(pixels, ((0, 0), (border, border), (border, border)))[:, np.newaxis]
    order = np.random.default_rng(0).permutation(len(pixels))
    return Data(pixels[order], data.target[order].astype(np.uint8), HELD_OUT)


def vectors(enlarge: int = 1, border: int = 0) -> Data:
    """The same digits as rows of pixels, (rows, side * side)."""
    data = images(enlarge, border)
    flat: Bytes = data.x.reshape(len(data.x), -1)
    return Data(flat, data.y, data.held_out)


def coloured() -> Data:
    """The digits at 32x32, each in one ink on one paper, (rows, 3, 32, 32).

    Colours are drawn from a fixed seed; ink and paper differ by 96 or more in every channel.
    """
    data = images(enlarge=4)
    rng = np.random.default_rng(1)
    paper = rng.integers(0, 256, (len(data.x), 3, 1, 1))
    apart = rng.integers(96, 160, paper.shape)
    ink = np.where(paper < 128, paper + apart, paper - apart).clip(0, 255)
    mixed = paper + (ink - paper) * (data.x / 255)
    return Data(np.rint(mixed).astype(np.uint8), data.y, data.held_out, kept=256)
