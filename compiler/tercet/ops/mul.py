"""The product of two tensors, with one rounding."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.arithmetic.limits import ADD_LIMIT
from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.quantized import Result
from tercet.ir.families.rescaled import RescaledOp, magnitude
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import (
    SI8,
    SI32,
    UI8,
    Dense,
    I64Attr,
    IntArray,
    dense,
    number,
    signed,
    tensor,
    values_of,
)


@irdl_op_definition
class Mul(RescaledOp):
    """y = clip(rne(mul[n] * (a - zero_a) * (b - zero_b) + add[n], shift[n]), low, high)."""

    name = "tercet.mul"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    zero_a = prop_def(I64Attr)
    zero_b = prop_def(I64Attr)
    mul = prop_def(Dense)
    """si32 [N]."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_mul", "tercet/mul.h"),
        Kernel("tercet::mul", "tercet/mul.hpp"),
    )

    def __init__(
        self,
        a: SSAValue,
        b: SSAValue,
        zero_a: int,
        zero_b: int,
        mul: IntArray,
        add: IntArray,
        shift: IntArray,
        clip: Interval,
        result: Result,
    ) -> None:
        zeros = {"zero_a": number(zero_a), "zero_b": number(zero_b)}
        super().__init__(
            [a, b],
            {**zeros, "mul": dense(mul, SI32)},
            add,
            shift,
            clip,
            result,
        )

    def multipliers(self) -> tuple[Dense, ...]:
        return (self.mul,)

    def zeros(self) -> tuple[int, int]:
        return self.zero_a.value.data, self.zero_b.value.data

    def largest(self, *operands: Interval) -> int:
        a, b = (magnitude(x, zero) for x, zero in zip(operands, self.zeros(), strict=True))
        return max(int(abs(values_of(self.mul)).max()), 1) * a * b

    def product(self, *operands: IntArray) -> IntArray:
        (a, b), (zero_a, zero_b) = operands, self.zeros()
        return values_of(self.mul)[:, None] * (a - zero_a) * (b - zero_b)

    def onnx_product(self, graph: OnnxGraph, *operands: str) -> str:
        a, b = (
            graph.node("Sub", x, graph.constant(zero))
            for x, zero in zip(operands, self.zeros(), strict=True)
        )
        mul = graph.constant(self.onnx_per_channel(values_of(self.mul)))
        return graph.node("Mul", graph.node("Mul", a, mul), b)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(7)
        byte = Interval(-128, 127)
        gate = build(
            [tensor((1, 4, 3, 3), UI8), tensor((1, 4, 3, 3), SI8)],
            lambda a, b: [
                cls(
                    a,
                    b,
                    128,
                    -5,
                    rng.integers(-(2**12), 2**12, 4),
                    rng.integers(-(2**18), 2**18, 4),
                    rng.integers(17, 19, 4),
                    byte,
                    Result(SI8, "gate", inner=9),
                )
            ],
        )
        one = np.array([1])
        ties = build(
            [tensor((1, 9), SI8), tensor((1, 9), SI8)],
            lambda a, b: [cls(a, b, 0, 0, one, 0 * one, 7 * one, byte, Result(SI8, "ties"))],
        )
        ends = build(
            [tensor((1, 2), SI32), tensor((1, 2), UI8)],
            lambda a, b: [
                cls(
                    a,
                    b,
                    0,
                    -1,
                    np.array([2**23 - 1, 1 - 2**23]),
                    np.array([ADD_LIMIT - 1, 1 - ADD_LIMIT]),
                    np.array([48, 45]),
                    Interval(-(2**15), 2**15 - 1),
                    Result(signed(16), "ends"),
                )
            ],
        )
        return [
            Sample(gate, (Interval(0, 255), byte)),
            Sample(ties, (byte, byte)),
            Sample(ends, (Interval(-(2**31), 2**31 - 1), Interval(0, 255))),
        ]
