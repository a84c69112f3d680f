"""Any function of one integer, as a table of its results."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.quantized import Result, entries, reachable
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
class Table(ChannelwiseOp):
    """y = table[n, x - low], n the element's channel."""

    name = "tercet.table"
    x = operand_def(TensorType)
    table = prop_def(Dense)
    """[N, size] of the type that stores y."""
    low = prop_def(I64Attr)
    """The value of x at the first entry; the range rule proves that every x is in the table."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_table", "tercet/table.h"),
        Kernel("tercet::table", "tercet/table.hpp"),
    )

    def __init__(
        self,
        x: SSAValue,
        table: IntArray,
        low: int,
        result: Result,
    ) -> None:
        super().__init__(
            [x],
            {"table": entries(table, result.element), "low": number(low)},
            result,
        )

    def channels(self) -> int:
        return int(self.table.get_shape()[0])

    def rows(self) -> IntArray:
        """The table, [N, size]."""
        return values_of(self.table)

    def verify_(self) -> None:
        self.require_entries(self.table, "[channels, size]")
        super().verify_()

    def range(self, x: Interval) -> Interval:
        rows = self.rows()
        part = reachable(x, self.low.value.data, rows.shape[1], self.layer.data)
        return Interval.around(rows[:, part])

    def reference(self, x: IntArray) -> IntArray:
        rows = self.rows()
        place = self.by_channel(x) - self.low.value.data
        return rows[np.arange(len(rows))[:, None], place].reshape(x.shape)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        rows = self.rows()
        x = graph.cast(self.onnx_by_channel(graph, operands[0]), np.int64)
        # the index of the channel's entry for x = 0
        start = np.arange(len(rows)) * rows.shape[1] - self.low.value.data
        place = graph.node("Add", x, graph.constant(self.onnx_per_channel(start)))
        table = graph.constant(rows.reshape(-1), self.stored())
        return self.onnx_as_it_was(graph, graph.node("Gather", table, place))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(4)
        byte = Interval(-128, 127)
        gelu = build(
            [tensor((1, 2, 9), SI8)],
            lambda x: [cls(x, rng.integers(-128, 128, (1, 256)), -128, Result(SI8, "gelu"))],
        )
        prelu = build(
            [tensor((1, 3, 2, 4), SI8)],
            lambda x: [cls(x, rng.integers(0, 256, (3, 256)), -128, Result(UI8, "prelu", inner=8))],
        )
        last = build(
            [tensor((1, 4, 6), unsigned(4))],
            lambda x: [cls(x, rng.integers(-8, 8, (6, 12)), 2, Result(signed(4), "last"))],
        )
        trits = build(
            [tensor((1, 5), unsigned(4))],
            lambda x: [cls(x, rng.integers(-1, 2, (1, 16)), 0, Result(signed(2), "trits"))],
        )
        wide = build(
            [tensor((1, 7), UI8)],
            lambda x: [
                cls(x, rng.integers(-30000, 30000, (1, 256)), 0, Result(signed(16), "wide"))
            ],
        )
        return [
            Sample(gelu, (byte,)),
            Sample(prelu, (byte,)),
            Sample(last, (Interval(2, 13),)),
            Sample(trits, (Interval(0, 15),)),
            Sample(wide, (Interval(0, 255),)),
        ]
