"""Sum pooling: the sum of every window, an average pool before its division."""

from collections.abc import Sequence

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

from tercet.ir.arithmetic.products import total, unsigned_bytes
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.spatial import Ints, Pairs, Window, WindowOp, pads, plane, window_properties
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI32,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    signed,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class SumPool(WindowOp, IntegerOp):
    """acc[b, c, p] = weight[p] * sum over the window at p of (x[b, c, ..] - zero_point), in i32.

    Padded places add nothing. The weight gives averages of windows of unequal size one scale.
    """

    name = "tercet.sum_pool"
    x = operand_def(TensorType)
    acc = result_def(TensorType)
    weight = opt_prop_def(Dense)
    """si32, one for each window, row-major; 1 where absent."""
    kernel_h = prop_def(I64Attr)
    kernel_w = prop_def(I64Attr)
    zero_point = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_sum_pool", "tercet/sum_pool.h"),
        Kernel("tercet::sum_pool", "tercet/sum_pool.hpp"),
    )

    def __init__(
        self,
        x: SSAValue,
        weight: IntArray | None = None,
        zero_point: int = 0,
        *,
        kernel: Ints,
        stride: Ints,
        padding: Pairs,
        layer: str,
    ) -> None:
        window = Window(kernel, stride, padding, (1,) * len(kernel))
        batch, channels, *spatial = tensor_type(x).get_shape()
        kernel_h, kernel_w = plane(kernel, 1)
        super().__init__(
            operands=[x],
            result_types=[tensor((batch, channels, *window.extents(spatial)), SI32)],
            properties={
                "weight": None if weight is None else dense(np.ravel(weight), SI32),
                "kernel_h": number(kernel_h),
                "kernel_w": number(kernel_w),
                "zero_point": number(zero_point),
                **window_properties(window),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        shape, window = tensor_type(self.x).get_shape(), self.window()
        self.require(len(shape) in (3, 4), f"x has shape {shape}, wanted (batch, channels, ..)")
        self.require(window.is_legal(), f"{window} has a number outside its range")
        spatial = window.extents(shape[2:])
        self.require(min(spatial) >= 1, f"x has shape {shape}, too small for {window}")
        result = tensor((*shape[:2], *spatial), SI32)
        self.require(self.acc.type == result, f"the result must be {result}")
        windows = int(np.prod(spatial))
        weight = self.weight is None or self.weight.type == tensor((windows,), SI32)
        self.require(weight, f"the weight must have {windows} elements of si32")

    def window(self) -> Window:
        axes = len(tensor_type(self.x).get_shape()) - 2
        return self.window_of((self.kernel_h.value.data, self.kernel_w.value.data)[-axes:])

    def factors(self) -> IntArray:
        """The weight of every window, in the shape of the windows; ones if `weight` is absent."""
        shape = tensor_type(self.acc).get_shape()[2:]
        if self.weight is None:
            return np.ones(shape, np.int64)
        return values_of(self.weight).reshape(shape)

    def sizes(self) -> IntArray:
        """The number of elements of every window that are not padding, shaped like the windows."""
        masks = self.window().real(tensor_type(self.x).get_shape()[2:])
        first, last = (np.ones((1, 1), bool), *masks)[-2:]
        counts: IntArray = np.outer(first.sum(1), last.sum(1))
        return counts.reshape(tensor_type(self.acc).get_shape()[2:])

    def range(self, x: Interval) -> Interval:
        zero, most = self.zero_point.value.data, self.factors() * self.sizes()
        ends = np.stack([most * (x.low - zero), most * (x.high - zero)])
        return Interval.around(ends)

    def reference(self, x: IntArray) -> IntArray:
        window = self.window()
        shifted = x - self.zero_point.value.data
        padded = np.pad(shifted, ((0, 0), (0, 0), *window.padding))
        acc = np.zeros((*x.shape[:2], *tensor_type(self.acc).get_shape()[2:]), np.int64)
        for place in window.places(padded):
            acc += place
        return acc * self.factors()

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        kind, window, zero = tensor_type(self.x), self.window(), self.zero_point.value.data
        channels = kind.get_shape()[1]
        ones = graph.constant(np.ones((channels, 1, *window.kernel)), np.int8)
        terms = []
        for byte in unsigned_bytes(graph, operands[0], kind.element_type, zero):
            acc = graph.node(
                "ConvInteger",
                byte.value,
                ones,
                graph.constant(byte.zero, np.uint8),
                kernel_shape=window.kernel,
                strides=window.stride,
                pads=pads(window),
                group=channels,
            )
            terms.append((byte.factor, acc))
        acc = total(graph, terms)
        if self.weight is None:
            return acc
        return graph.node("Mul", acc, graph.constant(self.factors(), np.int32))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        image = build(
            [tensor((1, 2, 5, 6), UI8)],
            lambda x: [
                cls(
                    x,
                    np.array([[6, 4], [9, -3], [2, 1]]),
                    17,
                    kernel=(3, 3),
                    stride=(2, 3),
                    padding=((1, 1), (1, 0)),
                    layer="image",
                )
            ],
        )
        line = build(
            [tensor((1, 3, 8), signed(16))],
            lambda x: [cls(x, kernel=(4,), stride=(2,), padding=((0, 1),), layer="line")],
        )
        return [
            Sample(image, (Interval(0, 255),)),
            Sample(line, (Interval(-(2**15), 2**15 - 1),)),
        ]
