"""A dense layer with quantized weights."""

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.families.weighted import WeightedOp, weighted_properties
from tercet.ir.types import FloatArray, IntArray, floats_of, shape_of
from tercet.ops.linear import Linear


@irdl_op_definition
class RealLinear(WeightedOp):
    """y[.., n] = bias[n] + scale[n] * sum over k of weight[n, k] * x[.., k]."""

    name = "real.linear"
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
            properties=weighted_properties(weight, scale, bias, bias_scale),
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        k, shape = self.weight.get_shape()[-1], shape_of(self.x)
        self.require(shape[-1] == k, f"x has shape {shape}, wants {k} columns")

    def outputs(self) -> int:
        return int(self.weight.get_shape()[0])

    def spread(self, constant: FloatArray) -> FloatArray:
        return constant

    def mixes(self) -> tuple[bool, ...]:
        return (*(False for _ in shape_of(self.x)[1:-1]), True)

    def counterpart(self, q: SSAValue, bias: IntArray | None, zero_point: int) -> Linear:
        return Linear(q, self.weights(), bias, zero_point, layer=self.layer.data)

    def reference(self, x: FloatArray) -> FloatArray:
        real_weight = self.weights() * floats_of(self.scale).reshape(-1, 1)
        product: FloatArray = np.matmul(x, real_weight.T)
        return product + self.offsets()
