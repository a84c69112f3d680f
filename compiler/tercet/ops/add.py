"""The sum of two tensors on different grids, with one rounding."""

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
    IntArray,
    dense,
    signed,
    tensor,
    values_of,
)


@irdl_op_definition
class Add(RescaledOp):
    """y = clip(rne(mul_a[n] * a + mul_b[n] * b + add[n], shift[n]), low, high)."""

    name = "tercet.add"
    a = operand_def(TensorType)
    b = operand_def(TensorType)
    mul_a = prop_def(Dense)
    """si32 [N], like mul_b; negative to subtract."""
    mul_b = prop_def(Dense)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_add", "tercet/add.h"),
        Kernel("tercet::add", "tercet/add.hpp"),
    )

    def __init__(
        self,
        a: SSAValue,
        b: SSAValue,
        mul_a: IntArray,
        mul_b: IntArray,
        add: IntArray,
        shift: IntArray,
        clip: Interval,
        result: Result,
    ) -> None:
        super().__init__(
            [a, b],
            {"mul_a": dense(mul_a, SI32), "mul_b": dense(mul_b, SI32)},
            add,
            shift,
            clip,
            result,
        )

    def multipliers(self) -> tuple[Dense, ...]:
        return self.mul_a, self.mul_b

    def largest(self, *operands: Interval) -> int:
        a, b = (magnitude(x) for x in operands)
        pairs = zip(*(values_of(mul).tolist() for mul in self.multipliers()), strict=True)
        return int(max(abs(mul_a) * a + abs(mul_b) * b for mul_a, mul_b in pairs))

    def product(self, *operands: IntArray) -> IntArray:
        a, b = operands
        return values_of(self.mul_a)[:, None] * a + values_of(self.mul_b)[:, None] * b

    def onnx_product(self, graph: OnnxGraph, *operands: str) -> str:
        parts = (
            graph.node("Mul", x, graph.constant(self.onnx_per_channel(values_of(mul))))
            for x, mul in zip(operands, self.multipliers(), strict=True)
        )
        return graph.node("Add", *parts)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(6)

        def spread(n: int, bits: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
            mul_a, mul_b = rng.integers(-(2**bits), 2**bits, (2, n))
            add = rng.integers(-(2 ** (bits + 7)), 2 ** (bits + 7), n)
            return mul_a, mul_b, add, rng.integers(bits, bits + 3, n)

        byte = Interval(-128, 127)
        residual = build(
            [tensor((1, 4, 3, 3), UI8), tensor((1, 4, 3, 3), SI8)],
            lambda a, b: [cls(a, b, *spread(4, 12), byte, Result(SI8, "residual", inner=9))],
        )
        half = np.array([1])
        ties = build(
            [tensor((1, 9), SI8), tensor((1, 9), SI8)],
            lambda a, b: [cls(a, b, half, -half, 0 * half, half, byte, Result(SI8, "ties"))],
        )
        most = np.array([2**30 - 1, 1 - 2**30])
        far = np.array([ADD_LIMIT - 1, 1 - ADD_LIMIT])
        ends = build(
            [tensor((1, 2), SI32), tensor((1, 2), SI32)],
            lambda a, b: [
                cls(
                    a,
                    b,
                    most,
                    most,
                    far,
                    np.array([50, 47]),
                    Interval(-(2**15), 2**15 - 1),
                    Result(signed(16), "ends"),
                )
            ],
        )
        every = Interval(-(2**31), 2**31 - 1)
        return [
            Sample(residual, (Interval(0, 200), byte)),
            Sample(ties, (byte, byte)),
            Sample(ends, (every, every)),
        ]
