"""Clipping: of reals, or of a quantizer's integers to fewer bits."""

from fractions import Fraction
from math import inf, isinf, isnan

from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder, Value, constant, tensor
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import dequantized
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import floats_of
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize


@converts("Clip", note="limits are constants; integers behind a quantizer become fewer bits")
def clip(
    builder: OnnxBuilder, node: Node, x: Value, low: Value = None, high: Value = None
) -> Value:
    """Clip; limits are operands since version 11, attributes before."""
    source = tensor(node, x)
    floor = _limit(node, low, "min", -inf)
    ceiling = _limit(node, high, "max", inf)
    if floor > ceiling:
        raise node.unsupported(f"clips to [{floor:g}, {ceiling:g}]", wanted="min up to max")
    if is_real(source):
        return clipped(builder, node, source, floor, ceiling)
    return _narrowed(builder, node, source, floor, ceiling)


def clipped(builder: OnnxBuilder, node: Node, x: SSAValue, low: float, high: float) -> SSAValue:
    """Clipped reals; if both limits lie on the grid of the quantizer before, it is narrowed."""
    before = x.owner
    if isinstance(before, Dequantize) and isinstance(before.q.owner, Quantize):
        ends = _steps(before, low, high)
        if ends is not None:
            q = _narrowed(builder, node, before.q, *ends)
            scale, zero = floats_of(before.scale), before.zero_point.value.data
            return dequantized(builder, node, q, scale, zero)
    return builder.add(node, Clip(x, low, high, layer=node.name))


def _steps(grid: Dequantize, low: float, high: float) -> tuple[float, float] | None:
    """The limits as integers of `grid`; None if one of them does not lie on it."""
    scale = floats_of(grid.scale)
    if scale.size != 1:
        return None
    ends = []
    for end in (low, high):
        step = end if isinf(end) else Fraction(end) / Fraction(scale.item())
        if not isinf(step) and Fraction(step).denominator != 1:
            return None
        ends.append(float(step) + grid.zero_point.value.data)
    held = grid.q.owner
    assert isinstance(held, Quantize)
    clip = held.clip()
    return (ends[0], ends[1]) if ends[0] <= clip.high and ends[1] >= clip.low else None


def _limit(node: Node, value: Value, name: str, default: float) -> float:
    if value is None:
        return node.real(name, default) if node.version < 11 else default
    found = constant(node, value, name)
    if found.size != 1 or isnan(float(found.reshape(-1)[0])):
        raise node.broken(f"its {name} is no number", wanted="one")
    return float(found.reshape(-1)[0])


def _narrowed(builder: OnnxBuilder, node: Node, q: SSAValue, low: float, high: float) -> SSAValue:
    """The quantizer that makes `q`, narrowed to the limits."""
    first = q.owner
    if not isinstance(first, Quantize):
        raise node.unsupported(
            "clips integers that do not come of a quantizer", way_out="put it behind QuantizeLinear"
        )
    known = first.clip()
    floor, ceiling = int(max(low, known.low)), int(min(high, known.high))
    if floor > ceiling:
        raise node.broken(f"clips {known} to [{low:g}, {high:g}]", way_out="nothing would be left")
    limits = Interval(floor, ceiling)
    narrower = Quantize(
        first.x,
        floats_of(first.scale),
        first.zero_point.value.data,
        limits,
        narrowest(limits),
        layer=first.layer.data,
        quantizer=node.outputs[0],
        rounding=first.rounding.data,
        zero_after=bool(first.zero_after.value.data),
    )
    return builder.add(node, narrower)
