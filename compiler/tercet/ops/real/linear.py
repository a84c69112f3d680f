"""A dense layer with quantized weights."""

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.op import LayerOp
from tercet.ir.real import real_tensor, shape_of
from tercet.ir.types import (
    SI8,
    Dense,
    FloatArray,
    IntArray,
    dense,
    dense_float,
    floats_of,
    values_of,
)


@irdl_op_definition
class RealLinear(LayerOp):
    """y[b, n] = bias[n] + scale[n] * sum over k of weight[n, k] * x[b, k]."""

    name = "real.linear"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    weight = prop_def(Dense)
    """si8 [N, K], zero point already subtracted."""
    scale = prop_def(Dense)
    """f64, one element or [N]."""
    bias = opt_prop_def(Dense)
    """f64 [N], in units of `bias_scale`."""
    bias_scale = opt_prop_def(Dense)
    """f64, one element or [N]: there when the bias is quantized and so holds whole numbers."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        weight: IntArray,
        scale: FloatArray,
        bias: FloatArray | None = None,
        bias_scale: FloatArray | None = None,
        *,
        layer: str,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor((*shape_of(x)[:-1], weight.shape[0]))],
            properties={
                "weight": dense(weight, SI8),
                "scale": dense_float(scale),
                "bias": None if bias is None else dense_float(bias),
                "bias_scale": None if bias_scale is None else dense_float(bias_scale),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        k = self.weight.get_shape()[-1]
        self.require(
            shape_of(self.x)[-1] == k, f"x has shape {shape_of(self.x)}, wants {k} columns"
        )

    def offsets(self) -> FloatArray:
        """The real bias, [N]; zeros where there is none."""
        if self.bias is None:
            return np.zeros(self.weight.get_shape()[0])
        unit = 1.0 if self.bias_scale is None else floats_of(self.bias_scale)
        return floats_of(self.bias) * unit

    def reference(self, x: FloatArray) -> FloatArray:
        real_weight = values_of(self.weight) * floats_of(self.scale).reshape(-1, 1)
        return x @ real_weight.T + self.offsets()
