"""A region evaluated in float32, rounded after every operation, as PyTorch and ONNXRuntime do."""

import numpy as np

from tercet.ir.types import FloatArray, IntArray, floats_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.regions.region import Region


def in_float32(region: Region, *q: IntArray) -> IntArray:
    """The quantizer's integers in float32, from integers [count, channels].

    The rounding inside of a layer's sum differs from executor to executor and is left out.
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
    """`value` rounded to float32, as float64, in `shape`."""
    return np.broadcast_to(np.asarray(value, np.float32), shape).astype(np.float64)
