"""Padding with a constant."""

from tercet.frontends.onnx.builder import OnnxBuilder, Value, single, tensor, whole
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import axis_of
from tercet.frontends.onnx.operators.slicing import sliced
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.types import shape_of
from tercet.ops.pad import Pad
from tercet.ops.real.pad import RealPad


@converts("Pad", note="mode constant")
def pad(
    builder: OnnxBuilder,
    node: Node,
    x: Value,
    pads: Value = None,
    value: Value = None,
    axes: Value = None,
) -> Value:
    """Pad; pads are operands since version 11, attributes before; negative ones crop."""
    if node.text("mode", "constant") != "constant":
        raise node.unsupported(f"pads by {node.text('mode')}", wanted="mode constant")
    source = tensor(node, x)
    wish = node.integers("pads", ()) or () if pads is None else whole(node, pads, "pads")
    fill = node.real("value", 0.0) if node.version < 11 else 0.0
    if value is not None:
        fill = single(node, value, "value")
    ends = _each(node, shape_of(source), wish, axes)
    gone = [
        slice(max(-b, 0), n - max(-e, 0), 1)
        for n, (b, e) in zip(shape_of(source), ends, strict=True)
    ]
    if any(part.stop <= part.start for part in gone):
        raise node.broken(
            f"pads {wish} of shape {shape_of(source)}", way_out="nothing would be left"
        )
    source = sliced(builder, node, source, gone)
    more = [(max(begin, 0), max(end, 0)) for begin, end in ends]
    if not any(begin or end for begin, end in more):
        return source
    if is_real(source):
        return builder.add(node, RealPad(source, more, fill, layer=node.name))
    return builder.add(node, Pad(source, more, int(fill), layer=node.name))


def _each(
    node: Node, shape: tuple[int, ...], wish: tuple[int, ...], axes: Value
) -> list[tuple[int, int]]:
    """The padding in front of and behind every axis."""
    places = tuple(range(len(shape))) if axes is None else whole(node, axes, "axes")
    if len(wish) != 2 * len(places):
        raise node.broken(f"{len(wish)} pads", wanted=f"two for each of {len(places)} axes")
    ends = [(0, 0)] * len(shape)
    for axis, begin, end in zip(places, wish, wish[len(places) :], strict=False):
        if begin or end:
            ends[axis_of(node, axis, len(shape))] = (begin, end)
    return ends
