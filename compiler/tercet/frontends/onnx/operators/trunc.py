"""QONNX' Trunc: the upper bits of integers, such as an average pool's sums."""

from fractions import Fraction

import numpy as np
from xdsl.ir import Operation, SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, scales
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.qonnx import bit_width, limits, require_attributes, rounding
from tercet.frontends.onnx.quantizing import dequantized, quantized, whole_zero
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.affine import Affine
from tercet.ops.real.avg_pool import AvgPool
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.relu import Relu
from tercet.ops.real.sum import RealSum

CLOSE = Fraction(1, 1 << 20)
"""The tolerance of a float32 product of scales, relative to a whole number of steps."""


@converts(
    "Trunc",
    domain=Domain.QONNX,
    note="of integers of a known scale, the same number of bits for all channels",
)
def trunc(
    builder: OnnxBuilder, node: Node, x: Value, scale: Value, zero_point: Value, *rest: Value
) -> Value:
    """Trunc with five operands (bits in and out) or six (bits in, scale and bits of the result)."""
    step, zero, source = scales(node, scale), whole_zero(node, zero_point), real(node, x)
    require_grid(node, source, step)
    mode, bits = rounding(node, "FLOOR"), bit_width(node, rest[0])
    if len(rest) == 2:
        require_attributes(node, "rounding_mode")
        out = bit_width(node, rest[1])
        dropped, result = bits - out, step
        # no clipping: it holds any value of that many bits, signed, unsigned or rounded up
        clip = Interval(-(1 << (out - 1)), (1 << out) - (mode in ("floor", "to_zero")))
    else:
        require_attributes(node, "rounding_mode", "narrow", "signed")
        result, out = scales(node, rest[1], "output scale"), bit_width(node, rest[2])
        signed, narrow = bool(node.integer("signed", 1)), bool(node.integer("narrow", 0))
        dropped, clip = _shift(node, result, step), limits(node, out, signed, narrow)
    if dropped < 0 or zero % (1 << dropped):
        raise node.unsupported(
            f"drops {dropped} bits of integers with zero point {zero}",
            wanted="no fewer than 0, and a zero point that lacks these bits",
        )
    coarse, kept = step * 2.0**dropped, zero >> dropped
    q = quantized(builder, node, source, coarse, kept, clip, narrowest(clip), mode)
    return dequantized(builder, node, q, result, zero if len(rest) == 2 else kept)


def _shift(node: Node, result: FloatArray, step: FloatArray) -> int:
    """The shift, by QONNX' rule: the quotient of the scales, rounded to a power of two."""
    shifts = np.unique(np.rint(np.log2(result / step)))
    if shifts.size != 1:
        raise node.unsupported("drops unlike numbers of bits", wanted="the same for all channels")
    return int(shifts[0])


def require_grid(node: Node, x: SSAValue, step: FloatArray) -> None:
    """Refuse `x` off the grid of `step`, because Trunc first rounds to it."""
    found = _grid(x)
    for one in np.unique(step):
        ratio = None if found is None else found / Fraction(float(one))
        if ratio is None or abs(ratio - round(ratio)) > CLOSE * max(round(ratio), 1):
            raise node.unsupported(
                f"its input is not known to be a whole number of steps of {one:g}",
                wanted="the result of a quantizer, pooled or not, with that scale",
            )


def _grid(x: SSAValue) -> Fraction | None:
    """A step of which every value of `x` is a multiple; None if unknown."""
    op = x.owner
    if isinstance(op, Dequantize):
        steps = floats_of(op.scale).reshape(-1)
        return Fraction(float(steps[0])) if (steps == steps[0]).all() else None
    if isinstance(op, AvgPool | RealSum | Affine):
        before, factor = _grid(op.x), _factor(op)
        return None if before is None or factor is None else before * factor
    if isinstance(op, MovementOp | MaxPool | Relu):
        found = {_grid(operand) for operand in op.operands}
        return found.pop() if len(found) == 1 else None
    return None


def _factor(op: Operation) -> Fraction | None:
    if isinstance(op, RealSum):
        return Fraction(1)
    if isinstance(op, AvgPool):
        counts = np.unique(floats_of(op.counts))
        return 1 / Fraction(float(counts[0])) if counts.size == 1 else None
    assert isinstance(op, Affine)
    ends = [np.unique(floats_of(c)) for c in (op.factor, op.offset, op.divisor)]
    if any(end.size != 1 for end in ends) or ends[1][0] != 0:
        return None
    return Fraction(float(ends[0][0])) / Fraction(float(ends[2][0]))
