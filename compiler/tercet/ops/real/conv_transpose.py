"""Transposed convolution over one or two axes with quantized weights."""

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.correlation import scatter
from tercet.ir.families.real import real_tensor
from tercet.ir.families.spatial import (
    Ints,
    Pairs,
    TransposedOp,
    Window,
    by_output,
    transposed_properties,
)
from tercet.ir.families.weighted import WeightedOp, column, weighted_properties
from tercet.ir.types import FloatArray, I64Attr, IntArray, floats_of, number, shape_of
from tercet.ops.conv_transpose import ConvTranspose


@irdl_op_definition
class RealConvTranspose(TransposedOp, WeightedOp):
    """Every element of x adds scale[o] * weight[i, o, ..] * x to a window of y."""

    name = "real.conv_transpose"
    groups = prop_def(I64Attr)
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        weight: IntArray,
        scale: FloatArray,
        bias: FloatArray | None = None,
        bias_scale: FloatArray | None = None,
        *,
        stride: Ints,
        padding: Pairs,
        dilation: Ints,
        groups: int = 1,
        output_padding: Ints,
        layer: str,
    ) -> None:
        batch, _, *spatial = shape_of(x)
        window = Window(weight.shape[2:], stride, padding, dilation)
        extents = window.spread(spatial, output_padding)
        super().__init__(
            operands=[x],
            result_types=[real_tensor((batch, groups * weight.shape[1], *extents))],
            properties={
                **weighted_properties(weight, scale, bias, bias_scale),
                "groups": number(groups),
                **transposed_properties(window, output_padding),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        shape, weight = shape_of(self.x), self.weight.get_shape()
        legal = len(shape) == len(weight) and shape[1] == weight[0]
        self.require(legal, f"x has shape {shape}, weights {weight}")

    def outputs(self) -> int:
        return int(self.weight.get_shape()[1]) * self.groups.value.data

    def spread(self, constant: FloatArray) -> FloatArray:
        return column(constant, len(self.weight.get_shape()) - 2)

    def mixes(self) -> tuple[bool, ...]:
        return tuple(True for _ in shape_of(self.x)[1:])

    def counterpart(self, q: SSAValue, bias: IntArray | None, zero_point: int) -> ConvTranspose:
        window = self.window()
        return ConvTranspose(
            q,
            self.weights(),
            bias,
            zero_point,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=self.groups.value.data,
            output_padding=self.more(),
            layer=self.layer.data,
        )

    def kernels(self) -> IntArray:
        return by_output(self.weights(), self.groups.value.data)

    def reference(self, x: FloatArray) -> FloatArray:
        groups = self.groups.value.data
        sums = scatter(x, self.kernels(), self.window(), groups, self.more())
        return sums * self.spread(floats_of(self.scale)) + self.spread(self.offsets())
