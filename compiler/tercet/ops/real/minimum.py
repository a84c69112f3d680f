"""The smaller of two tensors."""

from fractions import Fraction

import numpy as np
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import PairOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealMinimum(PairOp):
    """y = min(a, b), element by element."""

    name = "real.minimum"
    traits = traits_def(Pure())

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.minimum(a, b)

    def exact(self, a: Fraction, b: Fraction, *, place: Place) -> Fraction:
        return min(a, b)
