"""Embedding: rows of a constant table, chosen by integers."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval, is_signed
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI8,
    UI8,
    Dense,
    Int,
    IntArray,
    dense,
    signed,
    storage,
    tensor,
    tensor_type,
    unsigned,
    values_of,
)


@irdl_op_definition
class Gather(IntegerOp):
    """y[.., d] = table[x[..], d]; an x outside of the table is clipped to the nearest row.

    So every executor has a result for every vector, such as the corner vectors of a sign-off.
    """

    name = "tercet.gather"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    table = prop_def(Dense)
    """[V, D], stored like the result's elements."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_gather", "tercet/gather.h"),
        Kernel("tercet::gather", "tercet/gather.hpp"),
    )

    def __init__(self, x: SSAValue, table: IntArray, element: Int, *, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[tensor((*tensor_type(x).get_shape(), table.shape[1]), element)],
            properties={"table": dense(table, _stored(element))},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        x, y = tensor_type(self.x), tensor_type(self.y)
        shape = self.table.get_shape()
        self.require(len(shape) == 2, f"the table has shape {shape}, wanted (rows, columns)")
        wanted = (*x.get_shape(), shape[1])
        self.require(y.get_shape() == wanted, f"{y} has not the shape {wanted}")
        held = self.table.get_element_type() == _stored(y.element_type)
        self.require(held, f"the table must be stored like {y.element_type}")
        fits = Interval.of(y.element_type).holds(Interval.around(self.rows()))
        self.require(fits, f"an element of the table does not fit {y.element_type}")

    def rows(self) -> IntArray:
        """The table, [V, D]."""
        return values_of(self.table)

    def range(self, x: Interval) -> Interval:
        first, last = np.clip([x.low, x.high], 0, len(self.rows()) - 1)
        return Interval.around(self.rows()[first : last + 1])

    def reference(self, x: IntArray) -> IntArray:
        rows = self.rows()
        return rows[np.clip(x, 0, len(rows) - 1)]

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        rows = self.rows()
        ends = graph.constant(0), graph.constant(len(rows) - 1)
        index = graph.node("Clip", graph.cast(operands[0], np.int64), *ends)
        kind = storage(tensor_type(self.y).element_type)
        return graph.node("Gather", graph.constant(rows, kind), index)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(9)
        words = build(
            [tensor((1, 6), UI8)],
            lambda x: [cls(x, rng.integers(-128, 128, (50, 4)), SI8, layer="words")],
        )
        nibbles = build(
            [tensor((1, 2, 3), signed(16))],
            lambda x: [cls(x, rng.integers(0, 16, (9, 3)), unsigned(4), layer="nibbles")],
        )
        return [
            Sample(words, (Interval(0, 55),)),
            Sample(nibbles, (Interval(-2, 10),)),
        ]


def _stored(element: Int) -> Int:
    """The type of `element`'s sign with the width of its storage."""
    bits = 8 * storage(element).itemsize
    return signed(bits) if is_signed(element) else unsigned(bits)
