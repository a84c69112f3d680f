"""Dense layers on integers: the scales and float biases move behind the accumulators."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.errors import UnsupportedError
from tercet.ir.types import FloatArray, IntArray, floats_of, values_of
from tercet.ops.linear import Linear
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.linear import RealLinear
from tercet.passes.clean import erase_unused

ULPS = 4 * np.finfo(np.float64).eps
"""What three roundings of float64 can do to the product of an integer and two scales."""


class _Rewrite(RewritePattern):
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: RealLinear, rewriter: PatternRewriter) -> None:
        layer, before = op.layer.data, op.x.owner
        if not isinstance(before, Dequantize):
            raise UnsupportedError(
                f"{layer}: its input is not quantized; put a QuantIdentity or a QuantReLU before it"
            )
        scale = floats_of(before.scale)
        if scale.size != 1:
            raise UnsupportedError(
                f"{layer}: its input has a scale for each of {scale.size} channels, which no sum "
                "of integers can take; quantize it per tensor"
            )
        factor, offset = floats_of(op.scale), op.offsets()
        bias = whole_bias(op, scale * factor)
        rest = offset if bias is None else np.zeros(())
        zero = before.zero_point.value.data
        sums = Linear(before.q, values_of(op.weight), bias, zero, layer=layer)
        reals = Dequantize(sums.acc, scale, layer=layer)
        rewriter.replace(op, [sums, reals, Affine(reals.x, factor, rest, layer=layer)])


def whole_bias(op: RealLinear, unit: FloatArray) -> IntArray | None:
    """The quantized bias, [N], if its scale is the accumulator's; the ideal scale is the same."""
    if op.bias is None or op.bias_scale is None:
        return None
    same = np.abs(floats_of(op.bias_scale) - unit) <= ULPS * unit
    values = floats_of(op.bias)
    fits = np.abs(values) < 2**31
    return values.astype(np.int64) if bool(same.all() and fits.all()) else None


@dataclass(frozen=True)
class IntegerLinear(ModulePass):
    """linear(dequantize(q)) becomes affine(dequantize(linear(q))), which is the same real."""

    name = "integer-linear"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Rewrite()).rewrite_module(op)
        erase_unused(op)
