"""Arg max: the index of the greatest element along one axis; only the host runs it."""

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, I64Attr, number, shape_of


@irdl_op_definition
class ArgMax(LayerOp):
    """y = the first index of the greatest element along `axis`; the axis is removed."""

    name = "real.arg_max"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    axis = prop_def(I64Attr)
    """1 or more: never the batch."""
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, *, axis: int, layer: str) -> None:
        shape = shape_of(x)
        super().__init__(
            operands=[x],
            result_types=[real_tensor((*shape[:axis], *shape[axis + 1 :]))],
            properties={"axis": number(axis)},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        axis, rank = self.axis.value.data, len(shape_of(self.x))
        self.require(1 <= axis < rank, f"axis {axis} is not 1 to {rank - 1}")

    def reference(self, x: FloatArray) -> FloatArray:
        return np.asarray(np.argmax(x, self.axis.value.data), np.float64)
