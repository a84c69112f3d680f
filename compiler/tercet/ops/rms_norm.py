"""RMS norm: rows divided by the root of their mean square."""

from collections.abc import Sequence

import numpy as np
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.integer_norms import NormalizedOp, held_by
from tercet.ir.families.norm_constants import NormConstants
from tercet.ir.families.quantized import Result
from tercet.ir.families.rescaled import magnitude
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, UI8, I64Attr, IntArray, number, signed, tensor


@irdl_op_definition
class RmsNorm(NormalizedOp):
    """y = clip(rne((trunc(mul[n] * c * 2^(16 + h) / d) + add[n]) / 2^shift[n]) + after).

    For rows of `size` elements u = x - zero_of_x: c = size * u, V = size * sum u^2,
    d = floor(2^15 * sqrt(w)), w = (V * 2^unit + epsilon) * 4^h with h such that 2^60 <= w < 2^62.
    """

    name = "tercet.rms_norm"
    zero_of_x = prop_def(I64Attr)
    traits = traits_def(Pure())
    c, hls = Kernel("tercet_rms_norm", "tercet/rms_norm.h"), None

    def extent(self) -> tuple[int, int]:
        largest = magnitude(held_by(self.x), self.zero_of_x.value.data)
        return largest, largest

    def moments(self, x: IntArray) -> tuple[IntArray, IntArray]:
        size, u = self.size.value.data, x - self.zero_of_x.value.data
        return size * u, size * (u * u).sum((-2, -1), keepdims=True)

    def onnx_moments(self, graph: OnnxGraph, x: str) -> tuple[str, str]:
        size, rows = graph.constant(self.size.value.data), graph.constant([2, 3])
        u = graph.node("Sub", x, graph.constant(self.zero_of_x.value.data))
        squares = graph.node("ReduceSum", graph.node("Mul", u, u), rows, keepdims=1)
        return graph.node("Mul", size, u), graph.node("Mul", size, squares)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rng = np.random.default_rng(10)
        byte = Interval(-128, 127)
        tokens = build(
            [tensor((1, 3, 12), UI8)],
            lambda x: [
                cls(
                    x,
                    NormConstants(
                        rng.integers(-(2**54), 2**54, 12),
                        rng.integers(-(2**38), 2**38, 12),
                        rng.integers(33, 36, 12),
                        epsilon=3 << 20,
                        unit=38,
                    ),
                    byte,
                    Result(SI8, "tokens", inner=1, scale=1.0, zero_point=0),
                    size=12,
                    after=0,
                    zero_of_x=number(117),
                )
            ],
        )
        wide = build(
            [tensor((1, 8), signed(16))],
            lambda x: [
                cls(
                    x,
                    NormConstants(
                        np.array([3 << 56]),
                        np.array([-(5 << 33)]),
                        np.array([34]),
                        epsilon=1,
                        unit=24,
                    ),
                    Interval(-(2**15), 2**15 - 1),
                    Result(signed(16), "wide", inner=4, scale=1.0, zero_point=-50),
                    size=4,
                    after=-50,
                    zero_of_x=number(0),
                )
            ],
        )
        return [
            Sample(tokens, (Interval(0, 255),)),
            Sample(wide, (Interval(-(2**15), 2**15 - 1),)),
        ]
