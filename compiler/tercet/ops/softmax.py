"""Softmax: two tables of exponentials, one sum, one division."""

from collections.abc import Sequence
from fractions import Fraction

import mpmath
import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.arithmetic.division import nearest, onnx_nearest
from tercet.ir.arithmetic.limits import PRODUCT_LIMIT
from tercet.ir.arithmetic.precise import precise
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.quantized import QuantizedOp, Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    SI64,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    tensor,
    unsigned,
    values_of,
)

EXP = precise(mpmath.exp)


@irdl_op_definition
class Softmax(QuantizedOp):
    """y = clip(rne(scaled[d] / sum of terms[d] + before) + after), d = max - x along one axis.

    A d beyond the tables reads their last entries.
    """

    name = "tercet.softmax"
    x = operand_def(TensorType)
    terms = prop_def(Dense)
    """si64 [D]: e^-d in fixed point."""
    scaled = prop_def(Dense)
    """si64 [D]: the same, divided by the scale of y."""
    axis = prop_def(I64Attr)
    """1 or more: never the batch."""
    before = prop_def(I64Attr)
    """0 or 1: 1 for an odd zero point added before rounding, which changes how ties round."""
    after = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = Kernel("tercet_softmax", "tercet/softmax.h"), None

    def __init__(
        self,
        x: SSAValue,
        terms: IntArray,
        scaled: IntArray,
        clip: Interval,
        result: Result,
        *,
        axis: int,
        before: int = 0,
        after: int = 0,
    ) -> None:
        super().__init__(
            [x],
            {
                "terms": dense(terms, SI64),
                "scaled": dense(scaled, SI64),
                "axis": number(axis),
                "before": number(before),
                "after": number(after),
                "low": number(clip.low),
                "high": number(clip.high),
            },
            result,
        )

    def verify_(self) -> None:
        super().verify_()
        kind, axis = self.kind(), self.axis.value.data
        rank, same = len(kind.get_shape()), self.terms.type == self.scaled.type
        self.require(1 <= axis < rank, f"axis {axis} is not 1 to {rank - 1}")
        tables = (self.terms, self.scaled)
        vectors = same and self.terms.get_element_type() == SI64
        self.require(vectors and len(self.terms.get_shape()) == 1, "the tables must be si64 [D]")
        for table in map(values_of, tables):
            falls = bool((np.diff(table) <= 0).all() and table[-1] >= 0)
            self.require(falls and table[0] < PRODUCT_LIMIT, "a table must fall from 2^62 to 0")
        first = int(values_of(self.terms)[0])
        fits = first > 0 and kind.get_shape()[axis] * first < PRODUCT_LIMIT
        self.require(fits, f"sums of terms of {first} are not 1 to 2^62")
        self.require(self.before.value.data in (0, 1), "before must be 0 or 1")
        self.require(self.held().holds(self.clip()), f"{self.clip()} is not in {kind}")

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def _closed(self, tops: IntArray, sums: IntArray) -> IntArray:
        rounded = nearest(tops + self.before.value.data * sums, sums) + self.after.value.data
        return np.clip(rounded, self.clip().low, self.clip().high)

    def _drop(self, d: IntArray) -> IntArray:
        """The index in the tables."""
        return np.minimum(d, self.terms.get_shape()[0] - 1)

    def range(self, x: Interval) -> Interval:
        n = self.kind().get_shape()[self.axis.value.data]
        drops = self._drop(np.array([0 if n == 1 else x.high - x.low, 0]))
        (least, most), tops = values_of(self.terms)[drops], values_of(self.scaled)[drops]
        # the least result: one x at the minimum, the rest at the maximum; the greatest: the reverse
        return Interval.around(self._closed(tops, np.array([n * most, most + (n - 1) * least])))

    def fraction(self, x: IntArray) -> tuple[IntArray, IntArray]:
        """The numerators and denominators of the results before rounding."""
        axis = self.axis.value.data
        d = self._drop(x.max(axis, keepdims=True) - x)
        return values_of(self.scaled)[d], values_of(self.terms)[d].sum(axis, keepdims=True)

    def reference(self, x: IntArray) -> IntArray:
        return self._closed(*self.fraction(x))

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        axis, last = self.axis.value.data, self.terms.get_shape()[0] - 1
        x = graph.cast(operands[0], np.int64)
        d = graph.node("Sub", graph.node("ReduceMax", x, axes=[axis], keepdims=1), x)
        d = graph.node("Min", d, graph.constant(last))
        terms = graph.node("Gather", graph.constant(values_of(self.terms)), d)
        sums = graph.node("ReduceSum", terms, graph.constant([axis]), keepdims=1)
        tops = graph.node("Gather", graph.constant(values_of(self.scaled)), d)
        if self.before.value.data:
            tops = graph.node("Add", tops, sums)
        after = graph.constant(self.after.value.data)
        y = graph.node("Add", onnx_nearest(graph, tops, sums), after)
        ends = (graph.constant(end) for end in (self.low.value.data, self.high.value.data))
        return graph.cast(graph.node("Clip", y, *ends), self.stored())

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        byte, few = Interval(-128, 127), Interval(0, 15)
        wide = tables(Fraction(1, 9), Fraction(1, 300), 400, 40)  # tables that end in zeros
        flat = tables(Fraction(1, 32), Fraction(1, 255), 256, 40)
        steep = tables(Fraction(1, 5), Fraction(1, 128), 16, 40)
        scores = build(
            [tensor((1, 2, 3, 9), SI8)],
            lambda x: [cls(x, *flat, Interval(0, 255), Result(UI8, "scores"), axis=3)],
        )
        channels = build(
            [tensor((1, 5, 2, 2), unsigned(4))],
            lambda x: [cls(x, *steep, byte, Result(SI8, "channels"), axis=1, before=1, after=-128)],
        )
        beyond = build(
            [tensor((1, 6), SI32)],
            lambda x: [cls(x, *wide, byte, Result(SI8, "beyond"), axis=1, after=-101)],
        )
        return [
            Sample(scores, (byte,)),
            Sample(channels, (few,)),
            Sample(beyond, (Interval(-300, 300),)),
        ]


def tables(step: Fraction, scale: Fraction, size: int, bits: int) -> tuple[IntArray, IntArray]:
    """e^(-step * d) * 2^bits for d = 0 .. size - 1, rounded, and the same divided by `scale`."""
    exact = [EXP(-step * d) * 2**bits for d in range(size)]
    return (
        np.array([round(term) for term in exact]),
        np.array([round(term / scale) for term in exact]),
    )
