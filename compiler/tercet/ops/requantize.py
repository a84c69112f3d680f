"""Requantization: 32-bit sums to a few bits, by one product, one sum and one rounding shift."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_attr_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp, Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    SI64,
    UI8,
    Dense,
    I64Attr,
    Int,
    IntArray,
    dense,
    number,
    storage,
    tensor,
    tensor_type,
    unsigned,
    values_of,
)

MUL_LIMIT = 1 << 24
"""|mul| is below this."""
ADD_LIMIT = 1 << 47
"""|add| is below this."""
SHIFT_MAX = 47


def rne(value: IntArray, shift: IntArray) -> IntArray:
    """Divide by 2^shift, rounded half to even; shift is 0 to 47."""
    half = np.where(shift > 0, np.int64(1) << np.maximum(shift - 1, 0), 0)
    odd = (value >> shift) & 1
    return np.where(shift > 0, (value + half - 1 + odd) >> shift, value)


@irdl_op_definition
class Requantize(IntegerOp):
    """y[b, n] = clip(rne(mul[n] * acc[b, n] + add[n], shift[n]), low, high)."""

    name = "tercet.requantize"
    acc = operand_def(TensorType)
    y = result_def(TensorType)
    mul = prop_def(Dense)
    """si32 [N], below 2^24 in magnitude; negative where the step function decreases."""
    add = prop_def(Dense)
    """si64 [N], below 2^47 in magnitude."""
    shift = prop_def(Dense)
    """si8 [N], 0 to 47."""
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    scale = opt_attr_def(FloatAttr)
    """real value = scale * (y - zero_point): metadata."""
    zero_point = opt_attr_def(I64Attr)
    quantizer = opt_attr_def(StringAttr)
    """Path of the quantizer in the user's model that this operator is."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_requantize", "tercet/requantize.h"),
        Kernel("tercet::requantize", "tercet/requantize.hpp"),
    )

    def __init__(
        self,
        acc: SSAValue,
        mul: IntArray,
        add: IntArray,
        shift: IntArray,
        clip: Interval,
        element: Int,
        *,
        layer: str,
        scale: float = 1.0,
        zero_point: int = 0,
    ) -> None:
        super().__init__(
            operands=[acc],
            result_types=[tensor(tensor_type(acc).get_shape(), element)],
            properties={
                "mul": dense(mul, SI32),
                "add": dense(add, SI64),
                "shift": dense(shift, SI8),
                "low": number(clip.low),
                "high": number(clip.high),
            },
            attributes={
                "layer": StringAttr(layer),
                "scale": FloatAttr(scale, Float64Type()),
                "zero_point": number(zero_point),
            },
        )

    def verify_(self) -> None:
        acc, y = tensor_type(self.acc), tensor_type(self.y)
        n = acc.get_shape()[-1]
        self.require(acc.element_type == SI32, f"accumulators must be si32, got {acc}")
        self.require(y.get_shape() == acc.get_shape(), f"{y} has not the shape of {acc}")
        self.require(Interval.of(y.element_type).holds(self.clip()), f"{self.clip()} is not in {y}")
        wants = ((self.mul, SI32), (self.add, SI64), (self.shift, SI8))
        for values, element in wants:
            self.require(values.type == tensor((n,), element), f"needs {n} constants of {element}")
        mul, add, shift = self.triples()
        self.require(bool((abs(mul) < MUL_LIMIT).all()), "a multiplier has more than 24 bits")
        self.require(bool((abs(add) < ADD_LIMIT).all()), "an addend has more than 47 bits")
        self.require(bool(((shift >= 0) & (shift <= SHIFT_MAX)).all()), "a shift is not 0 to 47")

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def triples(self) -> tuple[IntArray, IntArray, IntArray]:
        """mul, add and shift, [N] each."""
        return values_of(self.mul), values_of(self.add), values_of(self.shift)

    def range(self, acc: Interval) -> Interval:
        n = tensor_type(self.acc).get_shape()[-1]
        ends = np.repeat([[acc.low], [acc.high]], n, axis=1)
        return Interval.around(self.reference(ends))

    def reference(self, acc: IntArray) -> IntArray:
        mul, add, shift = self.triples()
        return np.clip(rne(mul * acc + add, shift), self.low.value.data, self.high.value.data)

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        mul, add, shift = self.triples()
        wide = graph.cast(operands[0], np.int64)
        value = graph.node("Mul", wide, graph.constant(mul))
        value = graph.node("Add", value, graph.constant(add))
        unit = graph.constant(np.int64(1) << shift)
        rest = graph.node("Mod", value, unit)
        down = graph.node("Div", graph.node("Sub", value, rest), unit)
        twice = graph.node("Add", rest, rest)
        odd = graph.node("Equal", graph.node("Mod", down, graph.constant(2)), graph.constant(1))
        tie = graph.node("And", graph.node("Equal", twice, unit), odd)
        up = graph.node("Or", graph.node("Greater", twice, unit), tie)
        rounded = graph.node("Add", down, graph.cast(up, np.int64))
        clip = self.clip()
        y = graph.node("Clip", rounded, graph.constant(clip.low), graph.constant(clip.high))
        return graph.cast(y, storage(tensor_type(self.y).element_type))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(2)
        n = 24
        typical = build(
            [tensor((1, n), SI32)],
            lambda acc: [
                cls(
                    acc,
                    rng.integers(-(2**20), 2**20, n),
                    rng.integers(-(2**30), 2**30, n),
                    rng.integers(18, 31, n),
                    Interval(-128, 127),
                    SI8,
                    layer="typical",
                )
            ],
        )
        ties = build(
            [tensor((1, 4), SI32)],
            lambda acc: [
                cls(
                    acc,
                    np.array([1, -1, 1, 3]),
                    np.array([0, 0, 1, -2]),
                    np.array([0, 1, 1, 2]),
                    Interval(0, 255),
                    UI8,
                    layer="ties",
                )
            ],
        )
        ends = build(
            [tensor((1, 4), SI32)],
            lambda acc: [
                cls(
                    acc,
                    np.array([2**24 - 1, 1 - 2**24, 2**24 - 1, 0]),
                    np.array([2**47 - 1, 1 - 2**47, 0, 9]),
                    np.array([47, 47, 47, 0]),
                    Interval(0, 15),
                    unsigned(4),
                    layer="ends",
                )
            ],
        )
        every = Interval(-(2**31), 2**31 - 1)
        return [
            Sample(typical, (Interval(-20000, 20000),)),
            Sample(ties, (Interval(-300, 300),)),
            Sample(ends, (every,)),
        ]
