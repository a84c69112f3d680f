"""What the user's own executors make of a region: float32, rounded after every operation."""

import numpy as np

from tercet.ir.types import FloatArray, IntArray, floats_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.regions.region import Region


def in_float32(region: Region, *q: IntArray) -> IntArray:
    """The integers that the quantizer makes of integers [count, channels], as in PyTorch and ORT.

    A layer's sum is one number here: its own float32 rounding, which differs from executor to
    executor, is left out.
    """
    end, shape = region.end, (len(q[0]), *region.view)
    assert isinstance(end, Quantize)
    leaves = {leaf: x.reshape(shape) for leaf, x in zip(region.leaves, q, strict=True)}
    values: dict[object, FloatArray] = {}
    for step in region.steps:
        if isinstance(step, Dequantize):
            values[step.x] = _once(step.reference(leaves[step.q]), shape)
        else:
            operands = [values[x] for x in step.operands]
            values[step.results[0]] = _once(step.reference(*operands), shape)
    steps = _once(values[end.x] / floats_of(end.scale), shape)
    return end.rounded(steps + end.zero_point.value.data).reshape(len(q[0]), -1)


def _once(value: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Rounded to float32, held in float64."""
    return np.broadcast_to(np.asarray(value, np.float32), shape).astype(np.float64)
