"""Batch normalization with its trained statistics."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place, at, real_tensor, root
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of, shape_of


@irdl_op_definition
class BatchNorm(ElementwiseOp):
    """y = gain * (x - mean) / sqrt(variance + epsilon) + offset."""

    name = "real.batch_norm"
    gain = prop_def(Dense)
    offset = prop_def(Dense)
    mean = prop_def(Dense)
    variance = prop_def(Dense)
    """All four are f64 and broadcast against x."""
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

    def slope(self) -> FloatArray:
        """The slope gain / sqrt(variance + epsilon), in float64."""
        deviation = np.sqrt(floats_of(self.variance) + self.epsilon.value.data)
        return floats_of(self.gain) / deviation

    def reference(self, x: FloatArray) -> FloatArray:
        return (x - floats_of(self.mean)) * self.slope() + floats_of(self.offset)

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        spread = at(self.variance, place) + Fraction(self.epsilon.value.data)
        slope = at(self.gain, place) / root(spread)
        return (x - at(self.mean, place)) * slope + at(self.offset, place)

    def rises(self) -> bool:
        return bool((floats_of(self.gain) >= 0).all())

    def line(self) -> tuple[FloatArray, FloatArray]:
        slope = self.slope()
        return slope, floats_of(self.offset) - floats_of(self.mean) * slope
