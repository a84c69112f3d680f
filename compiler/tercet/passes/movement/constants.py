"""A constant joined to quantized tensors is quantized on their grid, if its values lie on it."""

from fractions import Fraction

import numpy as np
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import floats_of, tensor_type
from tercet.ops.real.affine import Affine
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize


class QuantizeConstant(RewritePattern):
    """join(dequantize(q), constant) quantizes the constant on the grid of q, if that is exact."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MovementOp, rewriter: PatternRewriter) -> None:
        owners = [value.owner for value in op.operands]
        grids = [owner for owner in owners if isinstance(owner, Dequantize)]
        constants = [o for o in owners if isinstance(o, Affine) and not floats_of(o.factor).any()]
        if not grids or not constants or len(grids) + len(constants) < len(owners):
            return
        first = grids[0]
        if floats_of(first.scale).size > 1 or not all(_holds(first, c) for c in constants):
            return
        made = list[LayerOp]()
        operands = list(op.operands)
        for i, owner in enumerate(owners):
            if isinstance(owner, Affine) and owner in constants:
                made += _quantized(owner, first)
                operands[i] = made[-1].results[0]
        rewriter.replace(op, [*made, op.on(*operands)])


def _holds(grid: Dequantize, constant: Affine) -> bool:
    """Whether every value of the constant is an integer of the grid, exactly."""
    values = np.unique(floats_of(constant.offset) / floats_of(constant.divisor))
    scale, zero = Fraction(float(floats_of(grid.scale).reshape(()))), grid.zero_point.value.data
    places = [Fraction(float(value)) / scale + zero for value in values]
    held = Interval.of(tensor_type(grid.q).element_type)
    return all(p.denominator == 1 and held.low <= p <= held.high for p in places)


def _quantized(constant: Affine, grid: Dequantize) -> list[LayerOp]:
    scale, zero = floats_of(grid.scale), grid.zero_point.value.data
    kind, layer = tensor_type(grid.q).element_type, constant.layer.data
    q = Quantize(constant.y, scale, zero, Interval.of(kind), kind, layer=layer)
    return [q, Dequantize(q.q, scale, zero, layer=layer)]
