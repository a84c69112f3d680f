"""Affine steps as a factor and an offset, for the host."""

import numpy as np

from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.batch_norm import BatchNorm


def line(step: Affine | BatchNorm) -> tuple[FloatArray, FloatArray]:
    """Factor and offset of a step, in float64, one element or one a channel."""
    if isinstance(step, Affine):
        return floats_of(step.factor), floats_of(step.offset)
    slope = floats_of(step.gain) / np.sqrt(floats_of(step.variance) + step.epsilon.value.data)
    return slope, floats_of(step.offset) - floats_of(step.mean) * slope
