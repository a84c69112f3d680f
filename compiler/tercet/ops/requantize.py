"""Requantization: integers of a few bits from sums, by a product, an addend, a rounding shift."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.arithmetic.limits import ADD_LIMIT, MUL_LIMIT
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
    unsigned,
    values_of,
)


@irdl_op_definition
class Requantize(RescaledOp):
    """y = clip(rne(mul[n] * acc + add[n], shift[n]), low, high), n the element's channel."""

    name = "tercet.requantize"
    acc = operand_def(TensorType)
    mul = prop_def(Dense)
    """si32 [N]; negative where the step function decreases."""
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
        result: Result,
    ) -> None:
        super().__init__(
            [acc],
            {"mul": dense(mul, SI32)},
            add,
            shift,
            clip,
            result,
        )

    def triples(self) -> tuple[IntArray, IntArray, IntArray]:
        """mul, add and shift, [N] each."""
        return values_of(self.mul), values_of(self.add), values_of(self.shift)

    def multipliers(self) -> tuple[Dense, ...]:
        return (self.mul,)

    def largest(self, *operands: Interval) -> int:
        (acc,) = operands
        return int(abs(values_of(self.mul)).max()) * magnitude(acc)

    def product(self, *operands: IntArray) -> IntArray:
        (acc,) = operands
        return values_of(self.mul)[:, None] * acc

    def onnx_product(self, graph: OnnxGraph, *operands: str) -> str:
        mul = graph.constant(self.onnx_per_channel(values_of(self.mul)))
        return graph.node("Mul", *operands, mul)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(2)

        def spread(n: int) -> tuple[IntArray, IntArray, IntArray]:
            mul, add = rng.integers(-(2**20), 2**20, n), rng.integers(-(2**30), 2**30, n)
            return mul, add, rng.integers(18, 31, n)

        byte = Interval(-128, 127)
        typical = build(
            [tensor((1, 24), SI32)],
            lambda acc: [cls(acc, *spread(24), byte, Result(SI8, "typical"))],
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
                    Result(UI8, "ties"),
                )
            ],
        )
        most, far = MUL_LIMIT - 1, ADD_LIMIT - 1
        ends = build(
            [tensor((1, 5), SI32)],
            lambda acc: [
                cls(
                    acc,
                    np.array([most, -most, most, 0, most]),
                    np.array([far, -far, 0, 9, -far]),
                    np.array([50, 50, 50, 0, 0]),
                    Interval(-(2**31), 2**31 - 1),
                    Result(SI32, "ends"),
                )
            ],
        )
        image = build(
            [tensor((1, 3, 4, 5), SI32)],
            lambda acc: [cls(acc, *spread(3), byte, Result(SI8, "image", inner=20))],
        )
        heads = build(  # not an axis: two channels over blocks of six
            [tensor((1, 4, 3, 2), signed(16))],
            lambda acc: [cls(acc, *spread(2), byte, Result(SI8, "heads", inner=6))],
        )
        common = build(
            [tensor((1, 3, 5), UI8)],
            lambda acc: [
                cls(
                    acc,
                    np.array([-1]),
                    np.array([200]),
                    np.array([4]),
                    Interval(0, 15),
                    Result(unsigned(4), "common"),
                )
            ],
        )
        every, some = Interval(-(2**31), 2**31 - 1), Interval(-20000, 20000)
        return [
            Sample(typical, (some,)),
            Sample(ties, (Interval(-300, 300),)),
            Sample(ends, (every,)),
            Sample(image, (some,)),
            Sample(heads, (some,)),
            Sample(common, (Interval(0, 255),)),
        ]
