"""Clipping: of reals, or of a quantizer's integers to fewer bits."""

from math import inf, isnan

from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import Builder, Value, constant, tensor
from tercet.frontends.onnx.elements import narrowest
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.ir.interval import Interval
from tercet.ir.real import is_real
from tercet.ir.types import floats_of
from tercet.ops.real.clip import Clip
from tercet.ops.real.quantize import Quantize


@converts("Clip")
def clip(builder: Builder, node: Node, x: Value, low: Value = None, high: Value = None) -> Value:
    """Limits are operands since version 11, attributes before."""
    source = tensor(node, x)
    floor = _limit(node, low, "min", -inf)
    ceiling = _limit(node, high, "max", inf)
    if floor > ceiling:
        raise node.unsupported(f"clips to [{floor:g}, {ceiling:g}]", "wanted min up to max")
    if is_real(source):
        return builder.add(node, Clip(source, floor, ceiling, layer=node.name))
    return _narrowed(builder, node, source, floor, ceiling)


def _limit(node: Node, value: Value, name: str, default: float) -> float:
    if value is None:
        return node.real(name, default) if node.version < 11 else default
    found = constant(node, value, name)
    if found.size != 1 or isnan(float(found.reshape(-1)[0])):
        raise node.broken(f"its {name} is no number", "wanted one")
    return float(found.reshape(-1)[0])


def _narrowed(builder: Builder, node: Node, q: SSAValue, low: float, high: float) -> SSAValue:
    """The quantizer that `q` comes of, with the limits of both."""
    first = q.owner
    if not isinstance(first, Quantize):
        raise node.unsupported(
            "clips integers that do not come of a quantizer", "put it behind QuantizeLinear"
        )
    known = first.clip()
    floor, ceiling = int(max(low, known.low)), int(min(high, known.high))
    if floor > ceiling:
        raise node.broken(f"clips {known} to [{low:g}, {high:g}]", "nothing would be left")
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
