"""Batch normalization with its trained statistics."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.line import ClampedLine
from tercet.ir.real import ElementwiseOp, per_channel, real_tensor, root, shape_of
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of


@irdl_op_definition
class BatchNorm(ElementwiseOp):
    """y = gain * (x - mean) / sqrt(variance + epsilon) + offset, per channel."""

    name = "real.batch_norm"
    gain = prop_def(Dense)
    offset = prop_def(Dense)
    mean = prop_def(Dense)
    variance = prop_def(Dense)
    epsilon = prop_def(FloatAttr)
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        gain: FloatArray,
        offset: FloatArray,
        mean: FloatArray,
        variance: FloatArray,
        epsilon: float,
        *,
        layer: str,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={
                "gain": dense_float(gain),
                "offset": dense_float(offset),
                "mean": dense_float(mean),
                "variance": dense_float(variance),
                "epsilon": FloatAttr(epsilon, Float64Type()),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        spread = floats_of(self.variance) + self.epsilon.value.data
        self.require(bool((spread > 0).all()), "variance + epsilon must be above zero")

    def reference(self, x: FloatArray) -> FloatArray:
        deviation = np.sqrt(floats_of(self.variance) + self.epsilon.value.data)
        slope = floats_of(self.gain) / deviation
        return (x - floats_of(self.mean)) * slope + floats_of(self.offset)

    def line(self, channel: int) -> ClampedLine:
        spread = per_channel(self.variance, channel) + Fraction(self.epsilon.value.data)
        slope = per_channel(self.gain, channel) / root(spread)
        centre = per_channel(self.mean, channel)
        return ClampedLine(slope, per_channel(self.offset, channel) - slope * centre)
