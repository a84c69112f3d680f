"""Max pooling: the greatest element of every window, exact for integers and for reals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.spatial import Ints, Pairs, Window, WindowOp, pads, plane, window_properties
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    I64Attr,
    any_tensor,
    number,
    shape_of,
    storage,
    tensor,
    tensor_type,
    unsigned,
)


@irdl_op_definition
class MaxPool(WindowOp, IntegerOp):
    """y[b, c, ..] = the greatest x[b, c, ..] of the window; padded places do not count."""

    name = "tercet.max_pool"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    kernel_h = prop_def(I64Attr)
    kernel_w = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_max_pool", "tercet/max_pool.h"),
        Kernel("tercet::max_pool", "tercet/max_pool.hpp"),
    )

    def __init__(
        self,
        x: SSAValue,
        *,
        kernel: Ints,
        stride: Ints,
        padding: Pairs,
        dilation: Ints,
        layer: str,
    ) -> None:
        window = Window(kernel, stride, padding, dilation)
        batch, channels, *spatial = shape_of(x)
        shape = (batch, channels, *window.extents(spatial))
        kernel_h, kernel_w = plane(kernel, 1)
        super().__init__(
            operands=[x],
            result_types=[TensorType(any_tensor(x).element_type, shape)],
            properties={
                "kernel_h": number(kernel_h),
                "kernel_w": number(kernel_w),
                **window_properties(window),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def on(self, x: SSAValue) -> Self:
        """The same pool of another operand, of the same shape and another element type."""
        return self.create(
            operands=[x],
            result_types=[TensorType(any_tensor(x).element_type, shape_of(self.y))],
            properties=dict(self.properties),
            attributes=dict(self.attributes),
        )

    def verify_(self) -> None:
        shape, window = shape_of(self.x), self.window()
        self.require(len(shape) in (3, 4), f"x has shape {shape}, wanted (batch, channels, ..)")
        self.require(window.is_legal(), f"{window} has a number outside its range")
        spatial = window.extents(shape[2:])
        self.require(min(spatial) >= 1, f"x has shape {shape}, too small for {window}")
        whole = all(mask.any(axis=1).all() for mask in window.real(shape[2:]))
        self.require(whole, f"{window} has a window of padding alone on x of shape {shape}")
        result = TensorType(any_tensor(self.x).element_type, (*shape[:2], *spatial))
        self.require(self.y.type == result, f"the result must be {result}")

    def window(self) -> Window:
        axes = len(shape_of(self.x)) - 2
        return self.window_of((self.kernel_h.value.data, self.kernel_w.value.data)[-axes:])

    def range(self, x: Interval) -> Interval:
        return x

    def reference(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        window = self.window()
        least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        padded = np.pad(x, ((0, 0), (0, 0), *window.padding), constant_values=least)
        found: npt.NDArray[Any] | None = None
        for place in window.places(padded):
            found = place.copy() if found is None else np.maximum(found, place, out=found)
        assert found is not None
        return found

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        kind, window = storage(any_tensor(self.x).element_type), self.window()
        # ONNXRuntime pools bytes and floats; a double holds every other integer type
        narrow = kind.itemsize == 1
        x = operands[0] if narrow else graph.cast(operands[0], np.float64)
        if any(max(pair) >= k for pair, k in zip(window.padding, window.kernel, strict=True)):
            # a dilated window can need more padding than ONNXRuntime accepts
            least = Interval.of(tensor_type(self.x).element_type).low
            fill = graph.constant(least, kind if narrow else np.float64)
            begin, end = zip(*window.padding, strict=True)
            x = graph.node("Pad", x, graph.constant([0, 0, *begin, 0, 0, *end]), fill)
            window = replace(window, padding=((0, 0),) * len(begin))
        y = graph.node(
            "MaxPool",
            x,
            kernel_shape=window.kernel,
            strides=window.stride,
            pads=pads(window),
            dilations=window.dilation,
        )
        return y if narrow else graph.cast(y, kind)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        image = build(
            [tensor((1, 2, 7, 6), UI8)],
            lambda x: [
                cls(
                    x,
                    kernel=(3, 2),
                    stride=(2, 1),
                    padding=((1, 1), (0, 1)),
                    dilation=(1, 2),
                    layer="image",
                )
            ],
        )
        halves = build(
            [tensor((1, 1, 4, 4), unsigned(16))],
            lambda x: [
                cls(
                    x,
                    kernel=(2, 2),
                    stride=(2, 2),
                    padding=((0, 0), (0, 0)),
                    dilation=(1, 1),
                    layer="halves",
                )
            ],
        )
        line = build(
            [tensor((1, 3, 8), SI32)],
            lambda x: [
                cls(x, kernel=(3,), stride=(1,), padding=((1, 2),), dilation=(1,), layer="line")
            ],
        )
        gaps = build(
            [tensor((1, 2, 8), SI8)],
            lambda x: [
                cls(x, kernel=(2,), stride=(1,), padding=((2, 3),), dilation=(4,), layer="gaps")
            ],
        )
        return [
            Sample(image, (Interval(0, 255),)),
            Sample(halves, (Interval(0, 2**16 - 1),)),
            Sample(line, (Interval(-(2**31), 2**31 - 1),)),
            Sample(gaps, (Interval(-128, 127),)),
        ]
