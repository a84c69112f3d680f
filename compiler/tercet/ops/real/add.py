"""Sum of two tensors."""

from fractions import Fraction

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.real import Place, PointwiseOp, shape_of
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealAdd(PointwiseOp):
    """y = a + b, element by element."""

    name = "real.add"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    y = result_def(TensorType)
    traits = traits_def(Pure())

    def __init__(self, a: SSAValue, b: SSAValue, *, layer: str) -> None:
        super().__init__(
            operands=[a, b], result_types=[a.type], attributes={"layer": StringAttr(layer)}
        )

    def verify_(self) -> None:
        a, b = shape_of(self.a), shape_of(self.b)
        self.require(a == b, f"its operands have shapes {a} and {b}")

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return a + b

    def exact(self, a: Fraction, b: Fraction, *, place: Place) -> Fraction:
        return a + b
