"""Convolution over one or two axes with quantized weights."""

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.correlation import correlate
from tercet.ir.families.real import real_tensor
from tercet.ir.families.spatial import Ints, KernelOp, Pairs, Window, window_properties
from tercet.ir.families.weighted import WeightedOp, column, weighted_properties
from tercet.ir.types import FloatArray, I64Attr, IntArray, floats_of, number, shape_of
from tercet.ops.conv import Conv


@irdl_op_definition
class RealConv(KernelOp, WeightedOp):
    """y[b, o, ..] = bias[o] + scale[o] * sum of weight[o, i, ..] * x[b, i, ..], padded with 0."""

    name = "real.conv"
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
        layer: str,
    ) -> None:
        batch, _, *spatial = shape_of(x)
        window = Window(weight.shape[2:], stride, padding, dilation)
        super().__init__(
            operands=[x],
            result_types=[real_tensor((batch, len(weight), *window.extents(spatial)))],
            properties={
                **weighted_properties(weight, scale, bias, bias_scale),
                "groups": number(groups),
                **window_properties(window),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        shape, weight, groups = shape_of(self.x), self.weight.get_shape(), self.groups.value.data
        legal = len(shape) == len(weight) and shape[1] == groups * weight[1]
        self.require(legal, f"x has shape {shape}, weights {weight} and {groups} groups")
        extents = self.window().extents(shape[2:])
        self.require(min(extents) >= 1, f"x has shape {shape}, too small for {self.window()}")

    def outputs(self) -> int:
        return int(self.weight.get_shape()[0])

    def spread(self, constant: FloatArray) -> FloatArray:
        return column(constant, len(self.weight.get_shape()) - 2)

    def mixes(self) -> tuple[bool, ...]:
        outputs, each = self.weight.get_shape()[:2]
        depthwise = each == 1 and outputs == self.groups.value.data
        return (not depthwise, *(True for _ in self.weight.get_shape()[2:]))

    def counterpart(self, q: SSAValue, bias: IntArray | None, zero_point: int) -> Conv:
        window = self.window()
        return Conv(
            q,
            self.weights(),
            bias,
            zero_point,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=self.groups.value.data,
            layer=self.layer.data,
        )

    def reference(self, x: FloatArray) -> FloatArray:
        sums = correlate(x, self.weights(), self.window(), self.groups.value.data)
        return sums * self.spread(floats_of(self.scale)) + self.spread(self.offsets())
