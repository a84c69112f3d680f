"""Sum of two tensors."""

from fractions import Fraction

from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import PairOp, Place
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealAdd(PairOp):
    """y = a + b, element by element."""

    name = "real.add"
    traits = traits_def(Pure())

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return a + b

    def exact(self, a: Fraction, b: Fraction, *, place: Place) -> Fraction:
        return a + b
