"""The interval of the integers that reach each channel of a region."""

from dataclasses import replace

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.accumulator import AccumulatorOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import IntArray
from tercet.passes.regions.region import Region


def by_channel(region: Region) -> Region:
    """The region split into one channel for each output channel of the layer behind its only leaf.

    Each output channel has its own range, so its constants need to cover no larger one.
    """
    owner = region.leaves[0].owner
    if not isinstance(owner, AccumulatorOp):
        return region
    axis = owner.channel_axis()
    first, behind = region.axes
    axes = (axis, axis + 1) if first == behind else (min(first, axis), max(behind, axis + 1))
    return replace(region, axes=axes)


def bounds(region: Region, leaf: SSAValue, ranges: Ranges) -> tuple[IntArray, IntArray]:
    """The least and the greatest integer of `leaf` in every channel of `region`, [N] each."""
    owner = leaf.owner
    if not isinstance(owner, AccumulatorOp):
        known = ranges.of(leaf)
        return np.full(region.channels, known.low), np.full(region.channels, known.high)
    low, high = owner.channels(ranges.of(owner.x))
    axis = owner.channel_axis()
    return _per_channel(region, axis, low).min(0), _per_channel(region, axis, high).max(0)


def _per_channel(region: Region, axis: int, values: IntArray) -> IntArray:
    """The values of all output channels that meet one channel of the region, [.., N]."""
    shaped = values.reshape(*(len(values) if i == axis else 1 for i in range(len(region.row))))
    first, behind = region.axes
    if first <= axis < behind:  # one output channel for each channel of the region
        spread = np.broadcast_to(shaped, region.view)
        return spread.reshape(1, region.channels)
    return np.broadcast_to(values[:, None], (len(values), region.channels))
