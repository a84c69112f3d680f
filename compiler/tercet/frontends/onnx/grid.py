"""Integers of reals that still lie on the grid of the dequantize they come from.

`quantize_static` writes DequantizeLinear, Relu, AveragePool without a quantizer behind the Relu.
With scale s and zero point z the reals are s * (q - z), and max(s * (q - z), 0) is
s * (max(q, z) - z): the same grid. So the pool may sum integers, and nothing is rounded.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf, isinf
from typing import Any

from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import dequantized
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import floats_of, tensor_type
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu

Limits = tuple[float, float]
KEPT: Mapping[type[LayerOp], Callable[[Any], Limits]] = {
    Relu: lambda op: (0.0, inf),
    Clip: lambda op: (op.low.value.data, op.high.value.data),
    MaxPool: lambda op: (-inf, inf),
}
"""Operators that return their operand or a limit."""


def on_grid(builder: OnnxBuilder, node: Node, x: SSAValue) -> SSAValue:
    """`x`, the first operand of `node`, as dequantized integers if it lies on their grid.

    Else `x` unchanged.
    """
    limits: list[Limits] = []
    owner, last = x.owner, x.owner
    while type(owner) in KEPT:
        assert isinstance(owner, LayerOp)
        limits.append(KEPT[type(owner)](owner))
        owner = owner.operands[0].owner
    if not limits or not isinstance(owner, Dequantize) or floats_of(owner.scale).size != 1:
        return x
    assert isinstance(last, LayerOp)
    scale, zero = floats_of(owner.scale).reshape(()), owner.zero_point.value.data
    low, high = _range(owner)
    for floor, ceiling in reversed(limits):
        ends = [_step(end, float(scale), zero) for end in (floor, ceiling)]
        if not all(isinf(end) or Fraction(end).denominator == 1 for end in ends):
            return x
        low, high = (max(min(end, ends[1]), ends[0]) for end in (low, high))
    clip = Interval(int(low), int(high))
    q = Quantize(
        x,
        scale,
        zero,
        clip,
        narrowest(clip),
        layer=last.layer.data,
        quantizer=node.inputs[0],
        zero_after=True,
    )
    return dequantized(builder, node, builder.add(node, q), scale, zero)


def _range(grid: Dequantize) -> tuple[float, float]:
    """The least and the greatest integer that can occur."""
    made = grid.q.owner
    known = Interval.of(tensor_type(grid.q).element_type)
    found = made.clip() if isinstance(made, Quantize) else known
    return found.low, found.high


def _step(end: float, scale: float, zero: int) -> Any:
    """A limit as an integer of the grid; None if it is not one."""
    return end if isinf(end) else Fraction(end) / Fraction(scale) + zero
