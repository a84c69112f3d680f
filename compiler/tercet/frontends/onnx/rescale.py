"""A line of dequantized integers as a dequantize with another scale and zero point."""

from fractions import Fraction

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.dequantize import Dequantize

FAR = 1 << 16


def rescaled(
    x: SSAValue, factor: FloatArray, offset: FloatArray, divisor: FloatArray, layer: str
) -> Dequantize | None:
    """(factor * x + offset) / divisor as a `Dequantize`; None if that is not exact.

    An example is (x + 1) / 2 of an input of -1 and 1: the layers behind it then read integers.
    """
    op = x.owner
    if not isinstance(op, Dequantize):
        return None
    constants = [floats_of(op.scale), factor, offset, divisor]
    if any(constant.size != 1 for constant in constants):
        return None
    step, times, plus, over = (Fraction(float(c.reshape(()))) for c in constants)
    scale = step * times / over
    if scale <= 0 or Fraction(float(scale)) != scale:
        return None
    zero = op.zero_point.value.data - plus / over / scale
    if zero.denominator != 1 or abs(zero) > FAR:
        return None
    return Dequantize(op.q, np.asarray(float(scale)), int(zero), layer=layer)
