"""All axes but the batch in one."""

from math import prod

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.op import LayerOp
from tercet.ir.real import real_tensor, shape_of
from tercet.ir.types import FloatArray


@irdl_op_definition
class RealFlatten(LayerOp):
    """y[b, :] = every element of x[b], row by row."""

    name = "real.flatten"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, *, layer: str) -> None:
        batch, *rest = shape_of(x)
        super().__init__(
            operands=[x],
            result_types=[real_tensor((batch, prod(rest)))],
            attributes={"layer": StringAttr(layer)},
        )

    def reference(self, x: FloatArray) -> FloatArray:
        return x.reshape(len(x), -1)
