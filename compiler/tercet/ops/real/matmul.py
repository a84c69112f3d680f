"""Product of two activations."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.families.sums import IntegerSum, SumOp
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.matmul import MatMul


@irdl_op_definition
class RealMatMul(SumOp):
    """y = a @ b over the last two axes; the axes in front of them are the same in both."""

    name = "real.matmul"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    y = result_def(TensorType)
    traits = traits_def(Pure())

    def __init__(self, a: SSAValue, b: SSAValue, *, layer: str) -> None:
        super().__init__(
            operands=[a, b],
            result_types=[real_tensor((*shape_of(a)[:-1], shape_of(b)[-1]))],
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        a, b = shape_of(self.a), shape_of(self.b)
        legal = len(a) == len(b) >= 3 and a[:-2] == b[:-2] and a[-1] == b[-2]
        self.require(legal, f"cannot multiply {a} and {b}; wanted (batch, .., M, K), (.., K, N)")

    def mixes(self) -> tuple[bool, ...]:
        return tuple(True for _ in shape_of(self.a)[1:])

    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        (a, b), (zero_a, zero_b) = operands, zeros
        return IntegerSum(MatMul(a, b, zero_a, zero_b, layer=self.layer.data))

    def reference(self, a: FloatArray, b: FloatArray) -> FloatArray:
        product: FloatArray = np.matmul(a, b)
        return product
