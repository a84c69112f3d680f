"""Layer norm over the last axes, with a gain and an offset for each element of a row."""

from math import prod

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.norm_constants import Norm
from tercet.ir.families.real import real_tensor
from tercet.ir.families.real_norms import NormOp, Quantizer, ScalarGrid, one_scale
from tercet.ir.types import Dense, FloatArray, I64Attr, dense_float, floats_of, number, shape_of
from tercet.ops.layer_norm import LayerNorm, half_width


@irdl_op_definition
class RealLayerNorm(NormOp):
    """y = gain * (x - mean) / sqrt(variance + epsilon) + offset, over each row of the last axes."""

    name = "real.layer_norm"
    gain = prop_def(Dense)
    offset = prop_def(Dense)
    """Both are f64 and broadcast against a row."""
    epsilon = prop_def(FloatAttr)
    axes = prop_def(I64Attr)
    """The number of axes."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        gain: FloatArray,
        offset: FloatArray,
        epsilon: float,
        *,
        axes: int,
        layer: str,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={
                "gain": dense_float(gain),
                "offset": dense_float(offset),
                "epsilon": FloatAttr(epsilon, Float64Type()),
                "axes": number(axes),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        axes, rank = self.axes.value.data, len(shape_of(self.x))
        self.require(1 <= axes < rank, f"{axes} axes are not 1 to {rank - 1}")
        for constant in (self.gain, self.offset):
            fits = np.broadcast_shapes(constant.get_shape(), self.row()) == self.row()
            self.require(fits, f"rows of {self.row()} with constants of {constant.get_shape()}")

    def row(self) -> tuple[int, ...]:
        """The shape of a row."""
        return shape_of(self.x)[-self.axes.value.data :]

    def reference(self, x: FloatArray) -> FloatArray:
        axes = tuple(range(-self.axes.value.data, 0))
        centred = x - x.mean(axes, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axes, keepdims=True) + self.epsilon.value.data)
        y: FloatArray = centred / deviation * floats_of(self.gain) + floats_of(self.offset)
        return y

    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> LayerNorm:
        layer = self.layer.data
        norm = Norm.of(
            self.constant(self.gain),
            self.constant(self.offset),
            self.epsilon.value.data,
            size=prod(self.row()),
            spread=half_width(q),
            step=one_scale(scale, layer),
            grid=ScalarGrid.of(end),
            layer=layer,
        )
        return LayerNorm.of(q, norm, inner=1)

    def constant(self, values: Dense) -> FloatArray:
        """A constant, broadcast to every element of a row."""
        return np.broadcast_to(floats_of(values), self.row()).reshape(-1)
