"""Which integers can reach each channel of a region."""

from dataclasses import replace

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.ranges import Ranges
from tercet.ir.types import IntArray, shape_of
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.linear import Linear
from tercet.passes.region import Region


def by_channel(region: Region) -> Region:
    """With a channel for each output channel of the layer that computes its only leaf.

    Each of these has its own range, and so needs its own constants and no larger ones.
    """
    owner = region.leaves[0].owner
    if not isinstance(owner, Linear | Conv | ConvTranspose):
        return region
    axis = _axis(region.leaves[0])
    first, behind = region.axes
    axes = (axis, axis + 1) if first == behind else (min(first, axis), max(behind, axis + 1))
    return replace(region, axes=axes)


def bounds(region: Region, leaf: SSAValue, ranges: Ranges) -> tuple[IntArray, IntArray]:
    """The least and the greatest integer of `leaf` in every channel of `region`, [N] each."""
    owner = leaf.owner
    if not isinstance(owner, Linear | Conv | ConvTranspose):
        known = ranges.of(leaf)
        return np.full(region.channels, known.low), np.full(region.channels, known.high)
    low, high = owner.channels(ranges.of(owner.x))
    return _per_channel(region, leaf, low).min(0), _per_channel(region, leaf, high).max(0)


def _per_channel(region: Region, leaf: SSAValue, values: IntArray) -> IntArray:
    """The values of all output channels that one channel of the region meets, [.., N]."""
    row = shape_of(leaf)[1:]
    axis = _axis(leaf)
    shaped = values.reshape(*(len(values) if i == axis else 1 for i in range(len(row))))
    first, behind = region.axes
    if first <= axis < behind:  # one output channel for each channel of the region
        spread = np.broadcast_to(shaped, region.view)
        return spread.reshape(1, region.channels)
    return np.broadcast_to(values[:, None], (len(values), region.channels))


def _axis(leaf: SSAValue) -> int:
    """That of the output channels, the batch not counted."""
    return len(shape_of(leaf)) - 2 if isinstance(leaf.owner, Linear) else 0
