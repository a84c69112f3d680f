"""The greater of two tensors."""

from fractions import Fraction

import numpy as np
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import PairOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealMaximum(PairOp):
    """y = max(a, b), element by element."""

    name = "real.maximum"
    traits = traits_def(Pure())

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.maximum(a, b)

    def exact(self, a: Fraction, b: Fraction, *, place: Place) -> Fraction:
        return max(a, b)
