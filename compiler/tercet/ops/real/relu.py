"""Rectifier."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class Relu(ElementwiseOp):
    """y = max(x, 0)."""

    name = "real.relu"
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, *, layer: str) -> None:
        super().__init__(
            operands=[x], result_types=[x.type], attributes={"layer": StringAttr(layer)}
        )

    def reference(self, x: FloatArray) -> FloatArray:
        return np.maximum(x, 0)

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        return max(x, Fraction(0))

    def rises(self) -> bool:
        return True
