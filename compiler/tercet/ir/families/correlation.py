"""Sums of weights times a moving window, and their least and greatest value.

Sums of integers are exact; reals are summed in float64.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from tercet.ir.arithmetic.products import matmul, working_type
from tercet.ir.families.spatial import Ints, Mask, Window
from tercet.ir.interval import Interval
from tercet.ir.types import Array, IntArray

EACH = (slice(None), slice(None))
"""Axes in front of the spatial ones: batch and channels."""
CHUNK = 1 << 22
"""The most elements of patches that are in memory at a time."""


def correlate(x: Array, weight: IntArray, window: Window, groups: int) -> Array:
    """The sums [batch, O, *windows] of weight [O, I / groups, *kernel]; padded places are zero."""
    outputs, spatial = len(weight), window.extents(x.shape[2:])
    rows = weight.reshape(groups, outputs // groups, -1)
    kind = working_type(rows, x, rows.shape[2])
    rows = rows.astype(kind)
    found = np.empty((len(x), outputs, *spatial), x.dtype)
    size = x.shape[1] * prod(window.kernel) * prod(spatial)
    step = max(1, CHUNK // size)
    for at in range(0, len(x), step):
        patches = window.patches(x[at : at + step].astype(kind))
        columns = patches.reshape(len(patches), groups, rows.shape[2], -1)
        found[at : at + step] = np.matmul(rows, columns).reshape(-1, outputs, *spatial)
    return found


def scatter(x: Array, weight: IntArray, window: Window, groups: int, more: Ints) -> Array:
    """The transposed product: each element of `x` adds weight [O, I / groups, *kernel] * x."""
    spatial, outputs = x.shape[2:], len(weight)
    rows = np.moveaxis(weight, 1, -1).reshape(groups, -1, weight.shape[1])
    bare = replace(window, padding=((0, 0),) * len(spatial))
    found = np.zeros((len(x), outputs, *bare.spread(spatial, more)), x.dtype)
    step = max(1, CHUNK // (outputs * prod(window.kernel) * prod(spatial)))
    for at in range(0, len(x), step):
        columns = x[at : at + step].reshape(-1, groups, weight.shape[1], prod(spatial))
        parts = matmul(rows, columns).reshape(-1, outputs, *window.kernel, *spatial)
        for place in np.ndindex(*window.kernel):
            first = [k * d for k, d in zip(place, window.dilation, strict=True)]
            axes = zip(first, spatial, window.stride, strict=True)
            where = tuple(slice(f, f + (n - 1) * s + 1, s) for f, n, s in axes)
            found[(slice(at, at + step), slice(None), *where)] += parts[(*EACH, *place)]
    ends = zip(found.shape[2:], window.padding, strict=True)
    return found[(*EACH, *(slice(begin, n - end) for n, (begin, end) in ends))]


def limits(weight: IntArray, masks: Sequence[Mask], x: Interval) -> tuple[IntArray, IntArray]:
    """The least and the greatest sum of weight [O, I, *kernel] * x over any window, [O] each.

    `masks` mark for each axis, [windows, kernel], the elements of a window that are not padding.
    """
    up = _over_windows(np.maximum(weight, 0).sum(1), masks)
    down = _over_windows(np.minimum(weight, 0).sum(1), masks)
    return (up * x.low + down * x.high).min(1), (up * x.high + down * x.low).max(1)


def _over_windows(values: IntArray, masks: Sequence[Mask]) -> IntArray:
    """Sums of values [O, *kernel] over each distinct window: [O, windows]."""
    first, last = (np.ones((1, 1), bool), *masks)[-2:]
    planes = values.reshape(len(values), first.shape[1], last.shape[1])
    h, w = (np.unique(mask, axis=0).astype(np.int64) for mask in (first, last))
    found: IntArray = np.matmul(np.matmul(h, planes), w.T)
    return found.reshape(len(values), -1)


def column(values: IntArray, rank: int) -> IntArray:
    """One value a channel, shaped to broadcast against (batch, channels, ..) of `rank` axes."""
    return values.reshape(-1, *[1] * (rank - 2))
