"""Weight columns from the weights of taps: trits in the order of bank A, a lane for each output."""

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format import planes


def of_slices(
    weights: IntArray, channels: IntArray, slices: int, block: int, width: int, count: int
) -> IntArray:
    """Columns [sources * slices, columns, lanes] of weights [T, N, C] in `count` planes.

    `channels` [sources, groups, lanes] is the output on each lane, -1: none. A tile holds a
    slice of `block` input channels, of which a tap visits `width`.
    """
    taps, outputs, inputs = weights.shape
    padded = np.zeros((count, taps, outputs + 1, slices * block), np.int8)
    padded[:, :, :outputs, :inputs] = planes.planes(weights, count)
    parts = padded.reshape(count, taps, outputs + 1, slices, block)
    parts = np.pad(parts, [(0, 0)] * 4 + [(0, width - block)])
    pieces = parts[:, :, channels]  # [plane, tap, source, group, lane, slice, width]
    return _flat(pieces.transpose(2, 5, 3, 0, 1, 6, 4), len(channels) * slices)


def of_groups(
    weights: IntArray, groups: int, channels: IntArray, width: int, count: int
) -> IntArray:
    """Columns [sources, columns, lanes] of a grouped convolution: a pass covers whole groups.

    Each lane has weights in the columns of its own group alone.
    """
    taps, outputs, own = weights.shape
    padded = np.zeros((count, taps, outputs + 1, own), np.int8)
    padded[:, :, :outputs] = planes.planes(weights, count)
    held = padded[:, :, channels]  # [plane, tap, source, group, lane, own]
    found = np.zeros((*held.shape[:5], width), np.int8)
    for lane in range(channels.shape[2]):
        at = lane // (outputs // groups) * own
        found[..., lane, at : at + own] = held[..., lane, :]
    return _flat(found.transpose(2, 3, 0, 1, 5, 4), len(channels))


def _flat(pieces: IntArray, images: int) -> IntArray:
    return np.ascontiguousarray(pieces).reshape(images, -1, pieces.shape[-1])
