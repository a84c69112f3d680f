"""Data movement that keeps the batch first."""

from math import prod

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, named, tensor, whole
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import broadcast
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.concat import Concat
from tercet.ops.reshape import Reshape
from tercet.ops.transpose import Transpose


def axis_of(node: Node, axis: int, rank: int) -> int:
    """`axis` counted from the front; it must exist and must not be the batch."""
    found = axis + rank if axis < 0 else axis
    if not 0 <= found < rank:
        raise node.broken(f"axis {axis} of a tensor of {rank} axes", wanted="one of them")
    if found == 0:
        raise node.unsupported("works along the batch", wanted="another axis than the first")
    return found


def reshaped(builder: OnnxBuilder, node: Node, x: SSAValue, shape: tuple[int, ...]) -> SSAValue:
    """`x` in `shape`, which has no batch."""
    if shape_of(x)[1:] == shape:
        return x
    return builder.add(node, Reshape(x, shape, layer=node.name))


@converts("Reshape", note="the batch stays the first axis, and as it is")
def reshape(builder: OnnxBuilder, node: Node, x: Value, shape: Value) -> Value:
    source, wish = tensor(node, x), list(whole(node, shape, "shape"))
    own = (builder.batch, *shape_of(source)[1:])
    if not node.integer("allowzero", 0):
        wish = [own[i] if n == 0 and i < len(own) else n for i, n in enumerate(wish)]
    known = int(np.prod([n for n in wish if n != -1], dtype=object))
    total = int(np.prod(own, dtype=object))
    if wish.count(-1) == 1 and known > 0:
        wish[wish.index(-1)] = total // known
    if min(wish, default=1) < 1 or int(np.prod(wish, dtype=object)) != total:
        raise node.broken(
            f"a tensor of shape {own} becomes {tuple(wish)}", way_out="the sizes differ"
        )
    if not wish or wish[0] != builder.batch:
        raise node.unsupported(
            f"a tensor of shape {named((builder.rows, *own[1:]))} becomes {tuple(wish)}, which "
            "moves the batch",
            wanted="a shape that begins with 0, or with the batch",
            way_out="where the file leaves the batch open but holds one, give --input-shape",
        )
    return reshaped(builder, node, source, tuple(wish[1:]))


@converts("Flatten")
def flatten(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """Flatten to (axes before `axis`, the rest); only the batch may lie before it."""
    source = tensor(node, x)
    shape = (builder.batch, *shape_of(source)[1:])
    axis = node.integer("axis", 1)
    place = axis + len(shape) if axis < 0 else axis
    if not 0 <= place <= len(shape):
        raise node.broken(f"axis {axis} of a tensor of {len(shape)} axes", wanted="one of them")
    if prod(shape[:place]) != builder.batch:
        raise node.unsupported(
            f"flattens {shape} to ({prod(shape[:place])}, {prod(shape[place:])}), which moves the "
            "batch",
            wanted="axis 1, behind the batch",
            way_out="Reshape to the intended rows",
        )
    return reshaped(builder, node, source, (prod(shape[1:]),))


@converts("Transpose")
def transpose(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = tensor(node, x)
    rank = len(shape_of(source))
    order = node.integers("perm", tuple(reversed(range(rank)))) or ()
    if sorted(order) != list(range(rank)) or order[0] != 0:
        raise node.unsupported(
            f"permutes {rank} axes as {order}", wanted="every axis once and the batch first"
        )
    return transposed(builder, node, source, order)


def transposed(builder: OnnxBuilder, node: Node, x: SSAValue, order: tuple[int, ...]) -> SSAValue:
    """`x` with its axes in `order`; two transposes in a row become one."""
    before = x.owner
    if isinstance(before, Transpose):
        earlier = before.axes()
        x, order = before.x, tuple(earlier[axis] for axis in order)
    if order == tuple(range(len(order))):
        return x
    return builder.add(node, Transpose(x, order, layer=node.name))


@converts("Squeeze")
def squeeze(builder: OnnxBuilder, node: Node, x: Value, axes: Value = None) -> Value:
    source = tensor(node, x)
    shape, wish = shape_of(source), _axes(node, axes)
    if wish is None:
        if builder.batch == 1:
            raise node.unsupported("removes the batch of 1 as well", wanted="its axes named")
        wish = tuple(i for i, n in enumerate(shape) if n == 1 and i > 0)
    gone = {axis_of(node, axis, len(shape)) for axis in wish}
    if any(shape[axis] != 1 for axis in gone):
        raise node.broken(f"squeezes axes {wish} of shape {shape}", wanted="extents of 1")
    kept = tuple(n for i, n in enumerate(shape) if i not in gone)
    return reshaped(builder, node, source, kept[1:])


@converts("Unsqueeze")
def unsqueeze(builder: OnnxBuilder, node: Node, x: Value, axes: Value = None) -> Value:
    source, wish = tensor(node, x), _axes(node, axes) or ()
    shape = list(shape_of(source))
    places = [axis_of(node, axis, len(shape) + len(wish)) for axis in wish]
    for place in sorted(places):
        shape.insert(place, 1)
    return reshaped(builder, node, source, tuple(shape[1:]))


def _axes(node: Node, axes: Value) -> tuple[int, ...] | None:
    """The axes: an operand since version 13, an attribute before."""
    return node.integers("axes") if axes is None else whole(node, axes, "axes")


@converts("Concat")
def concat(builder: OnnxBuilder, node: Node, *parts: Value) -> Value:
    sources = [tensor(node, part) for part in parts]
    shape = shape_of(sources[0])
    axis = axis_of(node, node.integer("axis"), len(shape))
    for source in sources:
        found = shape_of(source)
        same = len(found) == len(shape) and found[:axis] == shape[:axis]
        if not same or found[axis + 1 :] != shape[axis + 1 :]:
            raise node.broken(f"joins shapes {shape} and {found}", way_out=f"along axis {axis}")
    if len(sources) == 1:
        return sources[0]
    return builder.add(node, Concat(sources, axis, layer=node.name))


@converts("Expand")
def expand(builder: OnnxBuilder, node: Node, x: Value, shape: Value) -> Value:
    source, wish = tensor(node, x), whole(node, shape, "shape")
    own = shape_of(source)
    if len(wish) > len(own) or (len(wish) == len(own) and wish[0] not in (1, builder.batch)):
        raise node.unsupported(f"expands {own} to {wish}", wanted="the batch to stay as it is")
    aligned = (*[1] * (len(own) - len(wish)), *wish)
    return broadcast(builder, node, source, np.broadcast_shapes(own, (1, *aligned[1:])))


@converts("Tile", note="`Tile` up to 64 times an axis")
def tile(builder: OnnxBuilder, node: Node, x: Value, repeats: Value) -> Value:
    source, counts = tensor(node, x), whole(node, repeats, "repeats")
    if len(counts) != len(shape_of(source)) or counts[0] != 1 or min(counts) < 1:
        raise node.unsupported(f"repeats {counts} times", wanted="1 for the batch")
    for axis, count in enumerate(counts):
        if count > 64:
            raise node.unsupported(f"repeats {counts} times", wanted="up to 64 an axis")
        if count > 1:
            source = builder.add(node, Concat([source] * count, axis, layer=node.name))
    return source
