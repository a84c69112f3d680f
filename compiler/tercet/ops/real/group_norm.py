"""Group norm over groups of channels, with a gain and an offset for each channel."""

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
class RealGroupNorm(NormOp):
    """y = gain * (x - mean) / sqrt(variance + epsilon) + offset, over each group of channels."""

    name = "real.group_norm"
    gain = prop_def(Dense)
    offset = prop_def(Dense)
    """Both are f64 of shape (C, 1, ..): one for each channel."""
    epsilon = prop_def(FloatAttr)
    groups = prop_def(I64Attr)
    """The number of groups; one for each channel is instance norm."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        groups: int,
        gain: FloatArray,
        offset: FloatArray,
        epsilon: float,
        *,
        layer: str,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={
                "gain": dense_float(gain),
                "offset": dense_float(offset),
                "epsilon": FloatAttr(epsilon, Float64Type()),
                "groups": number(groups),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        shape, groups = shape_of(self.x), self.groups.value.data
        legal = len(shape) >= 2 and groups >= 1 and shape[1] % groups == 0
        self.require(legal, f"{groups} groups cannot share the channels of {shape}")
        wanted = (shape[1], *(1 for _ in shape[2:]))
        for constant in (self.gain, self.offset):
            found = constant.get_shape()
            self.require(found == wanted, f"constants of {found}; wanted {wanted}")

    def reference(self, x: FloatArray) -> FloatArray:
        rows = x.reshape(len(x), self.groups.value.data, -1)
        centred = rows - rows.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + self.epsilon.value.data)
        normalized = (centred / deviation).reshape(x.shape)
        y: FloatArray = normalized * floats_of(self.gain) + floats_of(self.offset)
        return y

    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> LayerNorm:
        layer = self.layer.data
        _, channels, *spatial = shape_of(self.x)
        inner = prod(spatial)
        norm = Norm.of(
            floats_of(self.gain).reshape(-1),
            floats_of(self.offset).reshape(-1),
            self.epsilon.value.data,
            size=channels // self.groups.value.data * inner,
            spread=half_width(q),
            step=one_scale(scale, layer),
            grid=ScalarGrid.of(end),
            layer=layer,
        )
        return LayerNorm.of(q, norm, inner=inner)
