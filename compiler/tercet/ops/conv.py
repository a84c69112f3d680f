"""Convolution of integers over one or two axes: grouped, strided, dilated, padded."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    prop_def,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.arithmetic.products import total, unsigned_bytes, weights
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.accumulator import AccumulatorOp, accumulator_properties
from tercet.ir.families.correlation import column, correlate, limits
from tercet.ir.families.spatial import Ints, KernelOp, Pairs, Window, pads, window_properties
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    I64Attr,
    IntArray,
    number,
    signed,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class Conv(KernelOp, AccumulatorOp):
    """acc[b, o, ..] = bias[o] + sum of weight[o, i, ..] * (x[b, i, ..] - zero_point), in i32.

    The sum is over the window and the channels of o's group; padded places add nothing.
    """

    name = "tercet.conv"
    zero_point = prop_def(I64Attr)
    """Declared here as well: kernels take it before what follows."""
    groups = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = Kernel("tercet_conv", "tercet/conv.h"), Kernel("tercet::conv", "tercet/conv.hpp")

    def __init__(
        self,
        x: SSAValue,
        weight: IntArray,
        bias: IntArray | None = None,
        zero_point: int = 0,
        *,
        stride: Ints,
        padding: Pairs,
        dilation: Ints,
        groups: int = 1,
        layer: str,
    ) -> None:
        batch, _, *spatial = tensor_type(x).get_shape()
        window = Window(weight.shape[2:], stride, padding, dilation)
        shape = (batch, len(weight), *window.extents(spatial))
        super().__init__(
            operands=[x],
            result_types=[tensor(shape, SI32)],
            properties={
                **accumulator_properties(weight, bias, zero_point),
                "groups": number(groups),
                **window_properties(window),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, acc = tensor_type(self.x), tensor_type(self.acc)
        shape, weight, groups = x.get_shape(), self.weight.get_shape(), self.groups.value.data
        self.require(len(weight) in (3, 4), f"weights of shape {weight} have not 1 or 2 axes")
        wanted = f"(batch, {groups * weight[1]}, ..) of {len(weight)} axes"
        legal = len(shape) == len(weight) and shape[1] == groups * weight[1]
        self.require(legal, f"x has shape {shape}, the weights need {wanted}")
        self.require(weight[0] % groups == 0, f"{groups} groups cannot share {weight[0]} outputs")
        self.require(self.window().is_legal(), f"{self.window()} has a number outside its range")
        spatial = self.window().extents(shape[2:])
        self.require(min(spatial) >= 1, f"x has shape {shape}, too small for {self.window()}")
        result = tensor((shape[0], weight[0], *spatial), SI32)
        self.require(acc == result, f"the result must be {result}")
        super().verify_()

    def kernels(self) -> IntArray:
        """The weights, [O, I / groups, *kernel]."""
        return values_of(self.weight)

    def outputs(self) -> int:
        return int(self.weight.get_shape()[0])

    def channel_axis(self) -> int:
        return 0

    def sums(self, shifted: Interval) -> tuple[IntArray, IntArray]:
        masks = self.window().real(tensor_type(self.x).get_shape()[2:])
        return limits(self.kernels(), masks, shifted)

    def reference(self, x: IntArray) -> IntArray:
        shifted, groups = x - self.zero_point.value.data, self.groups.value.data
        acc = correlate(shifted, self.kernels(), self.window(), groups)
        return acc + column(self.addend(), acc.ndim)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        element, window = tensor_type(self.x).element_type, self.window()
        weight, zero = weights(graph, self.kernels())
        terms = []
        for byte in unsigned_bytes(graph, operands[0], element, self.zero_point.value.data):
            acc = graph.node(
                "ConvInteger",  # pads with the zero point
                byte.value,
                weight,
                graph.constant(byte.zero, np.uint8),
                zero,
                kernel_shape=window.kernel,
                strides=window.stride,
                pads=pads(window),
                dilations=window.dilation,
                group=self.groups.value.data,
            )
            terms.append((byte.factor, acc))
        bias = None if self.bias is None else column(values_of(self.bias), len(window.kernel) + 2)
        return total(graph, terms, bias)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(7)
        image = build(
            [tensor((1, 3, 7, 5), UI8)],
            lambda x: [
                cls(
                    x,
                    rng.integers(-128, 128, (4, 3, 3, 2)),
                    rng.integers(-(2**20), 2**20, 4),
                    9,
                    stride=(2, 1),
                    padding=((1, 2), (0, 1)),
                    dilation=(1, 2),
                    layer="image",
                )
            ],
        )
        groups = build(
            [tensor((1, 4, 5, 5), SI8)],
            lambda x: [
                cls(
                    x,
                    rng.integers(-1, 2, (6, 2, 3, 3)),
                    zero_point=-5,
                    stride=(1, 1),
                    padding=((1, 1), (1, 1)),
                    dilation=(1, 1),
                    groups=2,
                    layer="groups",
                )
            ],
        )
        depthwise = build(
            [tensor((1, 3, 11), signed(12))],
            lambda x: [
                cls(
                    x,
                    rng.integers(-128, 128, (3, 1, 4)),
                    stride=(2,),
                    padding=((3, 0),),
                    dilation=(1,),
                    groups=3,
                    layer="depthwise",
                )
            ],
        )
        return [
            Sample(image, (Interval(0, 255),)),
            Sample(groups, (Interval(-128, 127),)),
            Sample(depthwise, (Interval(-2048, 2047),)),
        ]
