"""Transposed convolution of integers over one or two axes: the upsampling one."""

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
from tercet.ir.families.correlation import column, limits, scatter
from tercet.ir.families.spatial import (
    Ints,
    Mask,
    Pairs,
    TransposedOp,
    Window,
    by_output,
    transposed_properties,
)
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
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class ConvTranspose(TransposedOp, AccumulatorOp):
    """Every element of x adds weight * (x - zero_point) to a window of the result, in i32.

    acc[b, o, p] = bias[o] + sum of weight[i, o, k] * (x[b, i, j] - zero_point) over the channels i
    of o's group and all j, k with j * stride - pad_begin + k * dilation = p.
    """

    name = "tercet.conv_transpose"
    zero_point = prop_def(I64Attr)
    """Declared here as well: kernels take it before what follows."""
    groups = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_conv_transpose", "tercet/conv_transpose.h"),
        Kernel("tercet::conv_transpose", "tercet/conv_transpose.hpp"),
    )

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
        output_padding: Ints,
        layer: str,
    ) -> None:
        batch, _, *spatial = tensor_type(x).get_shape()
        window = Window(weight.shape[2:], stride, padding, dilation)
        extents = window.spread(spatial, output_padding)
        super().__init__(
            operands=[x],
            result_types=[tensor((batch, groups * weight.shape[1], *extents), SI32)],
            properties={
                **accumulator_properties(weight, bias, zero_point),
                "groups": number(groups),
                **transposed_properties(window, output_padding),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, acc = tensor_type(self.x), tensor_type(self.acc)
        shape, weight, groups = x.get_shape(), self.weight.get_shape(), self.groups.value.data
        self.require(len(weight) in (3, 4), f"weights of shape {weight} have not 1 or 2 axes")
        legal = len(shape) == len(weight) and shape[1] == weight[0]
        wanted = f"(batch, {weight[0]}, ..) of {len(weight)} axes"
        self.require(legal, f"x has shape {shape}, the weights need {wanted}")
        self.require(weight[0] % groups == 0, f"{groups} groups cannot share {weight[0]} inputs")
        self.require(self.window().is_legal(), f"{self.window()} has a number outside its range")
        self.require(min(self.more()) >= 0, f"output_padding must not be negative: {self.more()}")
        extents = self.window().spread(shape[2:], self.more())
        self.require(min(extents) >= 1, f"x has shape {shape}, too small for {self.window()}")
        result = tensor((shape[0], self.outputs(), *extents), SI32)
        self.require(acc == result, f"the result must be {result}")
        super().verify_()

    def kernels(self) -> IntArray:
        """The weights by output channel: [O, I / groups, *kernel]."""
        return by_output(values_of(self.weight), self.groups.value.data)

    def outputs(self) -> int:
        return int(self.weight.get_shape()[1]) * self.groups.value.data

    def channel_axis(self) -> int:
        return 0

    def reached(self) -> tuple[Mask, ...]:
        """For each axis [extent, kernel]: which weights add something to each result."""
        window, masks = self.window(), []
        inputs, results = (tensor_type(v).get_shape()[2:] for v in (self.x, self.acc))
        for axis, (n, extent) in enumerate(zip(inputs, results, strict=True)):
            offset = np.arange(window.kernel[axis]) * window.dilation[axis]
            place = np.arange(extent)[:, None] + window.padding[axis][0] - offset
            step = window.stride[axis]
            masks.append((place % step == 0) & (place >= 0) & (place < n * step))
        return tuple(masks)

    def sums(self, shifted: Interval) -> tuple[IntArray, IntArray]:
        return limits(self.kernels(), self.reached(), shifted)

    def reference(self, x: IntArray) -> IntArray:
        shifted, groups = x - self.zero_point.value.data, self.groups.value.data
        acc = scatter(shifted, self.kernels(), self.window(), groups, self.more())
        return acc + column(self.addend(), acc.ndim)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        element, window = tensor_type(self.x).element_type, self.window()
        axes = tuple(range(2, len(window.kernel) + 2))
        weight, zero = weights(graph, np.flip(self.kernels(), axes))
        terms = []
        for byte in unsigned_bytes(graph, operands[0], element, self.zero_point.value.data):
            acc = graph.node(
                "ConvInteger",
                self._spaced(graph, byte.value, byte.zero),
                weight,
                graph.constant(byte.zero, np.uint8),
                zero,
                kernel_shape=window.kernel,
                dilations=window.dilation,
                group=self.groups.value.data,
            )
            terms.append((byte.factor, acc))
        bias = None if self.bias is None else column(values_of(self.bias), len(window.kernel) + 2)
        return total(graph, terms, bias)

    def _spaced(self, graph: OnnxGraph, x: str, zero: int) -> str:
        """`x` with stride - 1 zeros behind every element, then padded: what remains is a Conv."""
        window, shape = self.window(), tensor_type(self.x).get_shape()
        fill = graph.constant(zero, np.uint8)
        wide = list(shape)
        for axis, step in enumerate(window.stride, 2):
            split = graph.constant([-1, *wide[1 : axis + 1], 1, *wide[axis + 1 :]])
            behind = [0] * (2 * len(wide) + 2)
            behind[len(wide) + 1 + axis + 1] = step - 1
            spaced = graph.node(
                "Pad", graph.node("Reshape", x, split), graph.constant(behind), fill
            )
            wide[axis] *= step
            x = graph.node("Reshape", spaced, graph.constant([-1, *wide[1:]]))
        begin, end = [0, 0], [0, 0]
        for axis, (reach, more) in enumerate(zip(window.reach(), self.more(), strict=True)):
            begin.append(reach - 1 - window.padding[axis][0])
            end.append(reach - 1 - window.padding[axis][1] + more - (window.stride[axis] - 1))
        return graph.node("Pad", x, graph.constant([*begin, *end]), fill)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(8)
        image = build(
            [tensor((1, 4, 4, 3), UI8)],
            lambda x: [
                cls(
                    x,
                    rng.integers(-128, 128, (4, 3, 3, 2)),
                    rng.integers(-(2**20), 2**20, 6),
                    100,
                    stride=(2, 1),
                    padding=((1, 0), (0, 1)),
                    dilation=(1, 2),
                    groups=2,
                    output_padding=(1, 0),
                    layer="image",
                )
            ],
        )
        line = build(
            [tensor((1, 2, 5), SI8)],
            lambda x: [
                cls(
                    x,
                    rng.integers(-1, 2, (2, 5, 2)),
                    stride=(3,),
                    padding=((0, 0),),
                    dilation=(1,),
                    output_padding=(2,),
                    layer="line",
                )
            ],
        )
        return [Sample(image, (Interval(0, 255),)), Sample(line, (Interval(-128, 127),))]
