"""Constant padding of reals."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.op import LayerOp
from tercet.ir.types import Dense, FloatArray, shape_of, values_of, vector


@irdl_op_definition
class RealPad(LayerOp):
    """y = x with `value` before and after every axis."""

    name = "real.pad"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    before = prop_def(Dense)
    """si64, one for each axis, like `after`; 0 for the batch."""
    after = prop_def(Dense)
    value = prop_def(FloatAttr)
    traits = traits_def(Pure())

    def __init__(
        self, x: SSAValue, pads: Sequence[tuple[int, int]], value: float, *, layer: str
    ) -> None:
        shape = [n + sum(pair) for n, pair in zip(shape_of(x), pads, strict=True)]
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape)],
            properties={
                "before": vector([pair[0] for pair in pads]),
                "after": vector([pair[1] for pair in pads]),
                "value": FloatAttr(value, Float64Type()),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        pads = self.pads()
        legal = pads[0] == (0, 0) and min(min(pair) for pair in pads) >= 0
        self.require(legal, f"pads {pads} must not be negative, nor any for the batch")

    def pads(self) -> list[tuple[int, int]]:
        before, after = values_of(self.before).tolist(), values_of(self.after).tolist()
        return list(zip(before, after, strict=True))

    def reference(self, x: FloatArray) -> FloatArray:
        return np.pad(x, self.pads(), constant_values=self.value.value.data)
