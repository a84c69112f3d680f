"""Padding with a constant before and behind every axis."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI64,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    signed,
    storage,
    tensor,
    tensor_type,
    values_of,
)


@irdl_op_definition
class Pad(IntegerOp):
    """y = x with pads[i, 0] elements of `value` before axis i and pads[i, 1] behind it."""

    name = "tercet.pad"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    pads = prop_def(Dense)
    """si64 [rank, 2], 0 or more; 0 for the batch."""
    value = prop_def(I64Attr)
    """An integer of the element type; the zero point pads with real zeros."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_pad", "tercet/pad.h"),
        Kernel("tercet::pad", "tercet/pad.hpp"),
    )

    def __init__(
        self, x: SSAValue, pads: Sequence[tuple[int, int]], value: int, *, layer: str
    ) -> None:
        kind = tensor_type(x)
        shape = [e + sum(p) for e, p in zip(kind.get_shape(), pads, strict=True)]
        super().__init__(
            operands=[x],
            result_types=[tensor(shape, kind.element_type)],
            properties={"pads": dense(np.array(pads), SI64), "value": number(value)},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, pads = tensor_type(self.x), values_of(self.pads)
        shape, held = x.get_shape(), Interval.of(x.element_type)
        legal = pads.shape == (len(shape), 2) and pads.min() >= 0 and not pads[0].any()
        self.require(legal, f"needs two pads an axis of {x}, 0 or more, and 0 for the batch")
        value = self.value.value.data
        self.require(held.holds(Interval(value, value)), f"{value} is not in {x.element_type}")
        wanted = tensor(
            [e + int(p) for e, p in zip(shape, pads.sum(1), strict=True)], x.element_type
        )
        self.require(self.y.type == wanted, f"the result is {self.y.type}; wanted {wanted}")

    def range(self, x: Interval) -> Interval:
        if not values_of(self.pads).any():
            return x
        value = self.value.value.data
        return Interval(min(x.low, value), max(x.high, value))

    def reference(self, x: IntArray) -> IntArray:
        return np.pad(x, values_of(self.pads), constant_values=self.value.value.data)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        element = storage(tensor_type(self.x).element_type)
        pads = graph.constant(values_of(self.pads).T.reshape(-1))
        if element.itemsize != 2:
            value = graph.constant(self.value.value.data, element)
            return graph.node("Pad", *operands, pads, value)
        # ONNXRuntime pads every width except this one
        value = graph.constant(self.value.value.data, np.int32)
        wide = (graph.cast(x, np.int32) for x in operands)
        return graph.cast(graph.node("Pad", *wide, pads, value), element)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        image = build(
            [tensor((1, 2, 3, 4), UI8)],
            lambda x: [cls(x, ((0, 0), (0, 0), (1, 2), (3, 0)), 7, layer="image")],
        )
        line = build(
            [tensor((1, 6), SI8)], lambda x: [cls(x, ((0, 0), (2, 1)), -128, layer="line")]
        )
        wide = build(
            [tensor((1, 5), signed(16))],
            lambda x: [cls(x, ((0, 0), (0, 3)), 300, layer="wide")],
        )
        return [
            Sample(image, (Interval(0, 255),)),
            Sample(line, (Interval(-128, 127),)),
            Sample(wide, (Interval(-(2**15), 2**15 - 1),)),
        ]
