"""Parameter entries: what post-processing gets per channel, as it lies in memory.

An entry has 16 bytes. To requantize: B (48 bits), M (at bit 48, 25 bits), s (at bit 73, 6 bits); B
already holds the bias and, for s > 0, 2^(s-1) - 1, so that the shift alone rounds (tct_post.sv). By
thresholds: one an entry, its low bits count, ascending.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.errors import CapacityError
from tercet.fabric.frame import Exec
from tercet.fabric.spec import PARAM_BYTES, FabricSpec
from tercet.ir.types import IntArray
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold
from tercet.plan.layers import Layer

MUL_LIMIT = 1 << 24
"""|M| is below this in an entry: the operator allows more."""
SHIFT_MAX = 47
MOST_THRESHOLDS = (1 << Exec.layout()["entries"].width) - 1
_ADD_BITS, _MUL_BITS, _SHIFT_AT = 48, 25, 73


@dataclass(frozen=True)
class Post:
    """How a layer's sums become results."""

    low: int
    high: int
    zero_point: int
    wide: bool
    threshold: bool
    entries: int
    """Entries of a channel."""
    data: npt.NDArray[np.uint8]
    """Bytes [N + 1, entries, 16]; the last channel is padding, whose activation is 0."""


def post_of(layer: Layer, spec: FabricSpec) -> Post:
    """The post-processing of a layer."""
    closing = layer.closing
    if isinstance(closing, Requantize):
        return _requantize(layer, closing)
    if isinstance(closing, Threshold):
        return _threshold(layer, closing, spec)
    ones = np.ones_like(layer.bias)
    return Post(0, 0, 0, True, False, 1, _products(layer, ones, layer.bias, 0 * ones, 0))


def _zero_point(closing: Requantize | Threshold) -> int:
    return 0 if closing.zero_point is None else closing.zero_point.value.data


def _requantize(layer: Layer, op: Requantize) -> Post:
    mul, add, shift = (_each(layer, values) for values in op.triples())
    zero, clip = _zero_point(op), op.clip()
    return Post(
        clip.low,
        clip.high,
        zero,
        False,
        False,
        1,
        _products(layer, mul, add + mul * layer.bias, shift, zero),
    )


def _each(layer: Layer, values: IntArray) -> IntArray:
    """Constants [N, ..] of every output, whose channels may repeat."""
    times = len(layer.bias) // len(values)
    return np.tile(values, (times, *[1] * (values.ndim - 1)))


def _products(
    layer: Layer, mul: IntArray, add: IntArray, shift: IntArray, zero: int
) -> npt.NDArray[np.uint8]:
    """Entries [N + 1, 1, 16]: M, B and s of every channel, then of one that is always `zero`."""
    if (abs(mul) >= MUL_LIMIT).any() or (shift > SHIFT_MAX).any():
        channel = int(np.argmax((abs(mul) >= MUL_LIMIT) | (shift > SHIFT_MAX)))
        raise CapacityError(
            f"{layer.name}: channel {channel} is requantized by {mul[channel]} and a shift of"
            f" {shift[channel]}, the fabric multiplies by less than 2^24 and shifts by up to"
            f" {SHIFT_MAX}: quantize the layer's output to fewer bits"
        )
    half = np.where(shift > 0, (1 << np.maximum(shift - 1, 0)) - 1, 0)
    addend = add + half
    if (abs(addend) >= 1 << (_ADD_BITS - 1)).any():
        channel = int(np.argmax(abs(addend)))
        raise CapacityError(
            f"{layer.name}: channel {channel} needs an addend of more than {_ADD_BITS} bits with"
            " its bias folded in; give the layer a smaller bias"
        )
    rows = [
        _bits((b, 0, _ADD_BITS), (m, _ADD_BITS, _MUL_BITS), (s, _SHIFT_AT, 6))
        for m, b, s in zip(mul.tolist(), addend.tolist(), shift.tolist(), strict=True)
    ]
    rows.append(_bits((zero, 0, _ADD_BITS)))
    return np.array(rows, np.uint8)[:, None]


def _threshold(layer: Layer, op: Threshold, spec: FabricSpec) -> Post:
    steps, low, zero = _each(layer, op.rows()), op.low.value.data, _zero_point(op)
    if not low <= zero <= low + steps.shape[1]:
        raise CapacityError(f"{layer.name}: its zero point {zero} is no value it can take")
    most = (1 << (spec.acc_width - 1)) - 1
    entries = steps.shape[1]
    if entries > MOST_THRESHOLDS:
        raise CapacityError(
            f"{layer.name}: its quantizer takes {entries} thresholds a channel, the fabric counts"
            f" up to {MOST_THRESHOLDS}: quantize the layer's output to 4 bits or fewer"
        )
    rows = np.pad(steps - layer.bias[:, None], ((0, 1), (0, 0)), constant_values=most)
    rows[-1, : zero - low] = -most - 1
    words = np.zeros((*rows.shape, PARAM_BYTES // 4), "<i4")
    words[..., 0] = np.clip(rows, -most - 1, most)
    data = words.view(np.uint8)
    return Post(low, low + steps.shape[1], zero, False, True, entries, data)


def _bits(*fields: tuple[int, int, int]) -> list[int]:
    """16 bytes with each (value, lowest bit, width) in its place."""
    word = sum((value & ((1 << width) - 1)) << at for value, at, width in fields)
    return list(word.to_bytes(PARAM_BYTES, "little"))
