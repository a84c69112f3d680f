"""A network whose sums fall on halves, to tell rounding half to even from other rounding."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import SI8, IntArray, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize

LAYER = "ties"
SHIFTS = np.array([1, 2, 3, 4, 5, 8, 12, 16, 17, 24])
"""The shifts of the ten channels; every stage of the shifter gets a half."""
INPUTS, VECTORS = 8, 32


def ties(seed: int) -> tuple[ModuleOp, IntArray]:
    """The network, and inputs [V, 8]; every odd sum is a tie, and every second tie rounds up."""
    rng = np.random.default_rng(seed)
    first = np.arange(len(SHIFTS)) % INPUTS
    weight = np.zeros((len(SHIFTS), INPUTS), np.int64)
    weight[np.arange(len(SHIFTS)), first] = 1
    weight[np.arange(len(SHIFTS)), (first + 3) % INPUTS] = -1
    sign = np.where(np.arange(len(SHIFTS)) % 3 == 2, -1, 1)
    module = build(
        [tensor((1, INPUTS), SI8)],
        lambda x: [
            linear := Linear(x, weight, layer=LAYER),
            Requantize(
                linear.acc,
                sign << (SHIFTS - 1),
                np.zeros_like(SHIFTS),
                SHIFTS,
                Interval(-128, 127),
                Result(SI8, LAYER),
            ),
        ],
    )
    return module, rng.integers(-128, 128, (VECTORS, INPUTS))
