"""Japanese vowels: nine speakers say "ae", as 12 LPC cepstra over time; sktime's wheel ships it.

From the UCI archive: M. Kudo, J. Toyama, M. Shimbo, "Multidimensional Curve Classification Using
Passing-Through Regions", Pattern Recognition Letters 20 (1999), licence CC BY 4.0.
"""

from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from models.training import Bytes, Data

TIMES = 32
"""The longest utterance has 29; zeros follow the end of each."""
LOW, STEP = -2.0, 1 / 60
"""A byte b is the real LOW + STEP * b: their 256 values hold all that was recorded."""


def utterances() -> Data:
    """270 utterances to train on, then 370 held out, as bytes: (rows, 1, 32 times, 12 cepstra).

    The 370 are the test set of the data's authors; all are in an order drawn from a fixed seed.
    """
    rng = np.random.default_rng(0)
    parts = [_read(part) for part in ("TRAIN", "TEST")]
    orders = [rng.permutation(len(y)) for _, y in parts]
    x, y = (
        np.concatenate([part[i][order] for part, order in zip(parts, orders, strict=True)])
        for i in (0, 1)
    )
    return Data(x, y, held_out=len(parts[1][1]), kept=256)


def _read(part: str) -> tuple[Bytes, Bytes]:
    name = f"sktime/datasets/data/JapaneseVowels/JapaneseVowels_{part}.ts"
    lines = Path(str(distribution("sktime").locate_file(name))).read_text().splitlines()
    rows = [line.split(":") for line in lines if line and line[0] not in "#@"]
    x = np.zeros((len(rows), 1, TIMES, 12), np.uint8)
    for row, (*cepstra, _) in zip(x, rows, strict=True):
        reals = np.array([[float(value) for value in one.split(",")] for one in cepstra])
        assert reals.min() > LOW
        assert reals.max() < LOW + 255 * STEP
        row[0, : reals.shape[1]] = np.rint((reals.T - LOW) / STEP)
    return x, np.array([int(label) - 1 for *_, label in rows], np.uint8)
