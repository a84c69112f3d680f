"""RMS norm over the last axes, with a gain for each element of a row."""

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.integer_norms import held_by
from tercet.ir.families.norm_constants import Norm
from tercet.ir.families.real import real_tensor
from tercet.ir.families.real_norms import NormOp, Quantizer, ScalarGrid, one_scale
from tercet.ir.families.rescaled import magnitude
from tercet.ir.types import Dense, FloatArray, I64Attr, dense_float, floats_of, number, shape_of
from tercet.ops.rms_norm import RmsNorm


@irdl_op_definition
class RealRmsNorm(NormOp):
    """y = gain * x / sqrt(mean of x^2 + epsilon), over each row of the last axes."""

    name = "real.rms_norm"
    gain = prop_def(Dense)
    """f64; broadcasts against a row."""
    epsilon = prop_def(FloatAttr)
    axes = prop_def(I64Attr)
    """The number of axes."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        gain: FloatArray,
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
                "epsilon": FloatAttr(epsilon, Float64Type()),
                "axes": number(axes),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        axes, rank = self.axes.value.data, len(shape_of(self.x))
        self.require(1 <= axes < rank, f"{axes} axes are not 1 to {rank - 1}")
        gain = self.gain.get_shape()
        fits = np.broadcast_shapes(gain, self.row()) == self.row()
        self.require(fits, f"rows of {self.row()} with a gain of {gain}")

    def row(self) -> tuple[int, ...]:
        """The shape of a row."""
        return shape_of(self.x)[-self.axes.value.data :]

    def reference(self, x: FloatArray) -> FloatArray:
        axes = tuple(range(-self.axes.value.data, 0))
        root = np.sqrt((x**2).mean(axes, keepdims=True) + self.epsilon.value.data)
        y: FloatArray = x / root * floats_of(self.gain)
        return y

    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> RmsNorm:
        layer = self.layer.data
        gain = np.broadcast_to(floats_of(self.gain), self.row()).reshape(-1)
        norm = Norm.of(
            gain,
            np.zeros(gain.size),
            self.epsilon.value.data,
            size=gain.size,
            spread=magnitude(held_by(q), zero_point),
            step=one_scale(scale, layer),
            grid=ScalarGrid.of(end),
            layer=layer,
        )
        return RmsNorm.of(q, norm, inner=1, zero_of_x=number(zero_point))
