"""Any function of two integers, as a table of its results."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.quantized import QuantizedOp, Result, entries, reachable
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import (
    SI8,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    number,
    signed,
    tensor,
    unsigned,
    values_of,
)


@irdl_op_definition
class PairTable(QuantizedOp):
    """y = table[a - low_a, b - low_b]."""

    name = "tercet.pair_table"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    table = prop_def(Dense)
    """[A, B] of the type that stores y."""
    low_a = prop_def(I64Attr)
    """The value of a at the first row; the range rule proves that every a is in the table."""
    low_b = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_pair_table", "tercet/pair_table.h"),
        Kernel("tercet::pair_table", "tercet/pair_table.hpp"),
    )

    def __init__(
        self,
        a: SSAValue,
        b: SSAValue,
        table: IntArray,
        low_a: int,
        low_b: int,
        result: Result,
    ) -> None:
        super().__init__(
            [a, b],
            {
                "table": entries(table, result.element),
                "low_a": number(low_a),
                "low_b": number(low_b),
            },
            result,
        )

    def verify_(self) -> None:
        self.require_entries(self.table, "[a, b]")
        super().verify_()

    def lows(self) -> tuple[int, int]:
        return self.low_a.value.data, self.low_b.value.data

    def range(self, a: Interval, b: Interval) -> Interval:
        table = values_of(self.table)
        rows, columns = (
            reachable(x, low, size, self.layer.data)
            for x, low, size in zip((a, b), self.lows(), table.shape, strict=True)
        )
        return Interval.around(table[rows, columns])

    def reference(self, a: IntArray, b: IntArray) -> IntArray:
        low_a, low_b = self.lows()
        return values_of(self.table)[a - low_a, b - low_b]

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        table, (low_a, low_b) = values_of(self.table), self.lows()
        a, b = (graph.cast(x, np.int64) for x in operands)
        row = graph.node("Mul", a, graph.constant(table.shape[1]))
        start = graph.constant(-low_a * table.shape[1] - low_b)
        place = graph.node("Add", graph.node("Add", row, b), start)
        return graph.node("Gather", graph.constant(table.reshape(-1), self.stored()), place)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(5)
        full = build(
            [tensor((1, 3, 5), UI8), tensor((1, 3, 5), SI8)],
            lambda a, b: [
                cls(a, b, rng.integers(-128, 128, (256, 256)), 0, -128, Result(SI8, "full"))
            ],
        )
        part = build(
            [tensor((1, 8), unsigned(4)), tensor((1, 8), signed(3))],
            lambda a, b: [
                cls(a, b, rng.integers(0, 2**16, (10, 7)), 3, -3, Result(unsigned(16), "part"))
            ],
        )
        return [
            Sample(full, (Interval(0, 255), Interval(-128, 127))),
            Sample(part, (Interval(3, 12), Interval(-3, 3))),
        ]
