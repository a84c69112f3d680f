"""Clipping: hardtanh, ReLU6, clamp."""

from fractions import Fraction
from math import isinf

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class Clip(ElementwiseOp):
    """y = min(max(x, low), high); an infinite bound does not clip."""

    name = "real.clip"
    low = prop_def(FloatAttr)
    high = prop_def(FloatAttr)
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, low: float, high: float, *, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[x.type],
            properties={
                "low": FloatAttr(low, Float64Type()),
                "high": FloatAttr(high, Float64Type()),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        self.require(self.low.value.data <= self.high.value.data, "low must not be above high")

    def reference(self, x: FloatArray) -> FloatArray:
        return np.clip(x, self.low.value.data, self.high.value.data)

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        low, high = self.low.value.data, self.high.value.data
        raised = x if isinf(low) else max(x, Fraction(low))
        return raised if isinf(high) else min(raised, Fraction(high))

    def rises(self) -> bool:
        return True
