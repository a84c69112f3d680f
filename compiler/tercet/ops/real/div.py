"""Quotient of two tensors."""

from fractions import Fraction

import numpy as np
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.errors import UnsupportedError
from tercet.ir.families.real import PairOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealDiv(PairOp):
    """y = a / b, element by element; b must never be zero."""

    name = "real.div"
    traits = traits_def(Pure())

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        if not np.all(b):
            raise UnsupportedError(
                "divides by integers that can be zero",
                layer=self.layer.data,
                way_out="add a constant that keeps the divisor away from it",
            )
        return a / b

    def exact(self, a: Fraction, b: Fraction, *, place: Place) -> Fraction:
        return a / b
