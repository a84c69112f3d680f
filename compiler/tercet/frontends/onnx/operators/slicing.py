"""Slices and splits."""

from itertools import pairwise

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, tensor, whole
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import axis_of
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.slice import Slice

ALL = (1 << 31) - 1
"""A slice's end from here on means the end of the axis."""


@converts("Slice", note="steps of 1 or more; all of the batch")
def slice_(builder: OnnxBuilder, node: Node, x: Value, *limits: Value) -> Value:
    """Slice; limits are operands since version 10, attributes before."""
    source = tensor(node, x)
    shape = shape_of(source)
    names = ("starts", "ends", "axes", "steps")
    given = dict(zip(names, limits, strict=False))
    found = {name: _list(node, name, given.get(name)) for name in names}
    starts, ends = found["starts"] or (), found["ends"] or ()
    axes = found["axes"] or tuple(range(len(starts)))
    steps = found["steps"] or (1,) * len(starts)
    parts = [slice(0, n, 1) for n in shape]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        place = axis + len(shape) if axis < 0 else axis
        if not 0 <= place < len(shape) or step < 1:
            raise node.unsupported(f"axis {axis} with step {step}", wanted="a step of 1 or more")
        low, high, _ = slice(start, end).indices(builder.batch if place == 0 else shape[place])
        few = builder.batch < end < ALL and builder.open
        if place == 0 and ((low, high, step) != (0, builder.batch, 1) or few):
            raise node.unsupported("takes a part of the batch", wanted="all of it")
        if low >= high:
            raise node.broken(
                f"takes {start}:{end} of axis {axis}", way_out="nothing would be left"
            )
        parts[place] = slice(low, high, step) if place else parts[0]
    return sliced(builder, node, source, parts)


def _list(node: Node, name: str, value: Value) -> tuple[int, ...] | None:
    return node.integers(name) if value is None else whole(node, value, name)


@converts("Split")
def split(builder: OnnxBuilder, node: Node, x: Value, sizes: Value = None) -> list[Value]:
    source = tensor(node, x)
    axis = axis_of(node, node.integer("axis", 0), len(shape_of(source)))
    extent, count = shape_of(source)[axis], len(node.outputs)
    wish = node.integers("split") if sizes is None else whole(node, sizes, "split")
    if wish is None:
        part = -(-extent // node.integer("num_outputs", count))
        wish = tuple(min(part, extent - start) for start in range(0, extent, part))
    if len(wish) != count or sum(wish) != extent or min(wish) < 1:
        raise node.broken(f"splits {extent} into {wish}", wanted=f"{count} parts of all")
    ends = np.cumsum(wish)
    return [
        _along(builder, node, source, axis, slice(int(end) - size, int(end), 1))
        for end, size in zip(ends, wish, strict=True)
    ]


def _along(builder: OnnxBuilder, node: Node, x: SSAValue, axis: int, part: slice) -> SSAValue:
    parts = [slice(0, n, 1) for n in shape_of(x)]
    parts[axis] = part
    return sliced(builder, node, x, parts)


def taken(
    builder: OnnxBuilder, node: Node, x: SSAValue, axis: int, places: tuple[int, ...]
) -> SSAValue | None:
    """The elements at `places` of one axis; None if the places have no constant step."""
    first, steps = places[0], {b - a for a, b in pairwise(places)} or {1}
    step = steps.pop()
    if steps or step < 1:
        return None
    return _along(builder, node, x, axis, slice(first, places[-1] + 1, step))


def sliced(builder: OnnxBuilder, node: Node, x: SSAValue, parts: list[slice]) -> SSAValue:
    """A slice of every axis, with the whole batch."""
    shape = shape_of(x)
    if [slice(0, n, 1) for n in shape] == parts:
        return x
    starts, stops = [part.start for part in parts], [part.stop for part in parts]
    steps = [part.step for part in parts]
    return builder.add(node, Slice(x, starts, stops, steps, layer=node.name))
