"""Sizes of windows by torch's rules."""

from collections.abc import Sequence
from itertools import product
from math import ceil, floor, prod

import numpy as np

from tercet.ir.types import FloatArray

Ints = tuple[int, ...]


def end_padding(
    sizes: Sequence[int],
    outputs: Sequence[int],
    reach: Sequence[int],
    stride: Sequence[int],
    before: Sequence[int],
) -> Ints:
    """The padding behind each axis for exactly `outputs` windows; ceil_mode needs more."""
    axes = zip(sizes, outputs, reach, stride, before, strict=True)
    return tuple(max(0, (o - 1) * s + r - n - b) for n, o, r, s, b in axes)


def adaptive(size: int, count: int) -> list[tuple[int, int]]:
    """The windows of adaptive pooling along one axis: (start, stop)."""
    return [(floor(i * size / count), ceil((i + 1) * size / count)) for i in range(count)]


def divisors(
    sizes: Sequence[int],
    outputs: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    count_include_pad: bool,
) -> FloatArray:
    """The divisor of each window's sum, [outputs].

    Padding counts on request; the places that ceil_mode adds behind the padding never count.
    """
    axes = zip(sizes, outputs, kernel, stride, padding, strict=True)
    spans = [_spans(*axis, count_include_pad) for axis in axes]
    return np.array([prod(cell) for cell in product(*spans)], float).reshape(tuple(outputs))


def _spans(n: int, outputs: int, k: int, s: int, p: int, count_include_pad: bool) -> list[int]:
    found = []
    for i in range(outputs):
        start = i * s - p
        stop = min(start + k, n + p)
        found.append(stop - start if count_include_pad else min(stop, n) - max(start, 0))
    return found
