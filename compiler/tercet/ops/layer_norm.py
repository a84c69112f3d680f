"""Layer and group norm: rows minus their mean, divided by their standard deviation."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.integer_norms import NormalizedOp, held_by
from tercet.ir.families.norm_constants import NormConstants
from tercet.ir.families.quantized import Result
from tercet.ir.families.rescaled import magnitude
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, UI8, IntArray, tensor, unsigned


def half_width(x: SSAValue) -> int:
    """The greatest distance of an element of x from the mean when the variance is the greatest."""
    held = held_by(x)
    return (held.high - held.low + 1) // 2


@irdl_op_definition
class LayerNorm(NormalizedOp):
    """y = clip(rne((trunc(mul[n] * c * 2^(16 + h) / d) + add[n]) / 2^shift[n]) + after).

    For rows of `size` elements x with the sum S: c = size * x - S, V = size * sum x^2 - S^2,
    d = floor(2^15 * sqrt(w)), w = (V * 2^unit + epsilon) * 4^h with h such that 2^60 <= w < 2^62.
    """

    name = "tercet.layer_norm"
    traits = traits_def(Pure())
    c, hls = Kernel("tercet_layer_norm", "tercet/layer_norm.h"), None

    def extent(self) -> tuple[int, int]:
        return magnitude(held_by(self.x)), half_width(self.x)

    def moments(self, x: IntArray) -> tuple[IntArray, IntArray]:
        size, rows = self.size.value.data, (-2, -1)
        total = x.sum(rows, keepdims=True)
        return size * x - total, size * (x * x).sum(rows, keepdims=True) - total * total

    def onnx_moments(self, graph: OnnxGraph, x: str) -> tuple[str, str]:
        size, rows = graph.constant(self.size.value.data), graph.constant([2, 3])
        total = graph.node("ReduceSum", x, rows, keepdims=1)
        squares = graph.node("ReduceSum", graph.node("Mul", x, x), rows, keepdims=1)
        value = graph.node("Sub", graph.node("Mul", size, x), total)
        spread = graph.node("Mul", size, squares)
        return value, graph.node("Sub", spread, graph.node("Mul", total, total))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(9)
        byte = Interval(-128, 127)
        tokens = build(
            [tensor((1, 3, 24), SI8)],
            lambda x: [
                cls(
                    x,
                    NormConstants(
                        rng.integers(-(2**54), 2**54, 24),
                        rng.integers(-(2**39), 2**39, 24),
                        rng.integers(33, 36, 24),
                        epsilon=3 << 20,
                        unit=38,
                    ),
                    byte,
                    Result(SI8, "tokens", inner=1, scale=1.0, zero_point=0),
                    size=24,
                    after=0,
                )
            ],
        )
        groups = build(
            [tensor((1, 6, 2, 5), UI8)],
            lambda x: [
                cls(
                    x,
                    NormConstants(
                        rng.integers(-(2**38), 2**38, 6),
                        rng.integers(-(2**18), 2**18, 6),
                        np.full(6, 14),
                        epsilon=1,
                        unit=36,
                    ),
                    Interval(0, 15),
                    Result(unsigned(4), "groups", inner=10, scale=1.0, zero_point=7),
                    size=20,
                    after=7,
                )
            ],
        )
        one = np.ones(1, np.int64)
        pairs = build(  # in a row of equal elements c is 0, so the addend alone remains: a tie
            [tensor((1, 4, 2), SI8)],
            lambda x: [
                cls(
                    x,
                    NormConstants(11 << 23 * one, 3 * one, one, epsilon=2**40, unit=44),
                    byte,
                    Result(SI8, "pairs", inner=2, scale=1.0, zero_point=-1),
                    size=2,
                    after=-1,
                )
            ],
        )
        return [
            Sample(tokens, (byte,)),
            Sample(groups, (Interval(0, 255),)),
            Sample(pairs, (Interval(-9, 9),)),
        ]
