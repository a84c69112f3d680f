"""Integer weights as balanced-ternary planes: w = sum of 3^i * t_i, every t_i a trit.

The fabric computes with trits; a weight of more than one is evaluated plane by plane, the most
significant first: acc <- 3 * acc + sum of t * x (Horner).
"""

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.types import IntArray


def reach(count: int) -> int:
    """The greatest magnitude that `count` planes hold: 1, 4, 13, 40, 121, 364."""
    return int((3**count - 1) // 2)


def needed(weights: Interval) -> int:
    """How many planes these weights need; 1 for zeros alone."""
    most, count = max(abs(weights.low), abs(weights.high)), 1
    while reach(count) < most:
        count += 1
    return count


def planes(weights: IntArray, count: int) -> IntArray:
    """The planes of `weights`, [count, ...] of trits, the most significant first."""
    most = reach(count)
    assert np.abs(weights).max(initial=0) <= most, f"{count} planes hold no more than {most}"
    digits = (weights + most)[None] // 3 ** np.arange(count).reshape(-1, *[1] * weights.ndim) % 3
    return digits[::-1] - 1
