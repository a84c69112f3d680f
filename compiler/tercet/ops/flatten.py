"""All axes but the batch in one: exact data movement."""

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import UI8, IntArray, tensor, tensor_type


@irdl_op_definition
class Flatten(IntegerOp):
    """y[b, :] = every element of x[b], row by row."""

    name = "tercet.flatten"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_flatten", "tercet/flatten.h"),
        Kernel("tercet::flatten", "tercet/flatten.hpp"),
    )

    def __init__(self, x: SSAValue, *, layer: str) -> None:
        kind = tensor_type(x)
        batch, *rest = kind.get_shape()
        super().__init__(
            operands=[x],
            result_types=[tensor((batch, prod(rest)), kind.element_type)],
            attributes={"layer": StringAttr(layer)},
        )

    def range(self, x: Interval) -> Interval:
        return x

    def reference(self, x: IntArray) -> IntArray:
        return x.reshape(len(x), -1)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        return graph.node("Flatten", *operands, axis=1)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        image = build([tensor((1, 3, 4, 5), UI8)], lambda x: [cls(x, layer="image")])
        return [Sample(image, (Interval(0, 255),))]
