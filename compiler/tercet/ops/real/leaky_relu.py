"""Rectifier with a slope for negative inputs, one for all or one a channel."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place, at
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of


@irdl_op_definition
class LeakyRelu(ElementwiseOp):
    """y = x where x >= 0, slope * x elsewhere."""

    name = "real.leaky_relu"
    slope = prop_def(Dense)
    """f64; broadcasts against x."""
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, slope: FloatArray, *, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[x.type],
            properties={"slope": dense_float(slope)},
            attributes={"layer": StringAttr(layer)},
        )

    def reference(self, x: FloatArray) -> FloatArray:
        return np.where(x >= 0, x, x * floats_of(self.slope))

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        return x if x >= 0 else x * at(self.slope, place)

    def rises(self) -> bool:
        return bool((floats_of(self.slope) >= 0).all())

    def turns(self) -> Sequence[Fraction]:
        return () if self.rises() else (Fraction(0),)
