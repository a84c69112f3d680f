"""Integers at which a line meets a jump of the quantizer: the possible ties."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import FloatArray, IntArray
from tercet.ops.real.quantize import Quantize
from tercet.passes.regions.forms import Form
from tercet.passes.regions.region import Region

MOST = 1 << 17
"""The most places that are tested in a channel; if there are more, evenly spaced ones."""


@dataclass(frozen=True)
class JumpPlaces:
    """Integers of each leaf at which the line may meet a jump, [count, channels]."""

    q: tuple[IntArray, ...]
    real: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    """Whether the line meets a jump there, and the leaf can have this integer."""


def places(
    region: Region, form: Form, lattice: FloatArray, bounds: list[tuple[IntArray, IntArray]]
) -> JumpPlaces:
    """The possible ties of a form.

    `form`: on the lattice [channels]; `bounds`: the least and greatest integer of each leaf.
    """
    end = region.end
    assert isinstance(end, Quantize)
    clip = end.clip()
    jumps = np.arange(clip.low - 1, clip.high + 1) + float(end.mode().edge)
    lows, highs = (np.stack(ends) for ends in zip(*bounds, strict=True))
    wide = int(np.argmax((highs - lows).max(1)))
    others = _others(lows, highs, wide, len(jumps))
    slope, constant = _along(form, wide, others)
    first, second = np.broadcast_arrays(jumps[:, None, None], others[None, :, None])
    shape = (first.size, region.channels)
    position = np.broadcast_to(first, (*first.shape[:2], region.channels)).reshape(shape)
    beside = np.broadcast_to(second, (*second.shape[:2], region.channels)).reshape(shape)
    slope, constant = (
        np.broadcast_to(x[None], (len(jumps), *x.shape)).reshape(shape) for x in (slope, constant)
    )
    safe = np.where(slope == 0, 1.0, slope)
    acc = np.rint((position - constant) / safe).clip(lows[wide], highs[wide]).astype(np.int64)
    meets = np.abs(slope * acc + constant - position) * lattice * 4 < 1
    real = meets & (slope != 0) & (lattice > 0)
    q = [acc if i == wide else beside.astype(np.int64) for i in range(len(bounds))]
    return JumpPlaces(tuple(q), real)


def _others(lows: IntArray, highs: IntArray, wide: int, jumps: int) -> IntArray:
    """Evenly spaced values of the other leaf; a single one if there is no other leaf."""
    if len(lows) == 1:
        return np.zeros(1, np.int64)
    low, high = int(lows[1 - wide].min()), int(highs[1 - wide].max())
    stride = -(-(high - low + 1) * jumps // MOST)
    # an odd stride, because half of the ties have an odd factor
    return np.arange(low, high + 1, max(1, stride) | 1)


def _along(form: Form, wide: int, others: IntArray) -> tuple[FloatArray, FloatArray]:
    """Slope and constant along the wide leaf, for each value of the other: [others, channels]."""
    other = others[:, None]
    if form.zeros is not None:
        slope = form.slopes[0] * (other - form.zeros[1 - wide])
        return slope, form.constant - slope * form.zeros[wide]
    slope = form.slopes[wide] + 0.0 * other
    rest = form.slopes[1 - wide] * other if len(form.slopes) == 2 else 0.0 * other
    return slope, form.constant + rest
