"""Sum over one axis."""

from collections.abc import Sequence

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.families.sums import IntegerSum, SumOp
from tercet.ir.types import FloatArray, I64Attr, number, shape_of
from tercet.ops.sum import Sum


@irdl_op_definition
class RealSum(SumOp):
    """y = the sum of x over `axis`, which is removed."""

    name = "real.sum"
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

    def mixes(self) -> tuple[bool, ...]:
        axis = self.axis.value.data
        return tuple(i == axis for i in range(1, len(shape_of(self.x))))

    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        axis, layer = self.axis.value.data, self.layer.data
        return IntegerSum(Sum(operands[0], zeros[0], axis=axis, layer=layer))

    def reference(self, x: FloatArray) -> FloatArray:
        total: FloatArray = x.sum(self.axis.value.data)
        return total
