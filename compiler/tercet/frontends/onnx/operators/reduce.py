"""Sums, means and extremes over axes, as a reduction of one merged axis."""

from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, single, tensor, whole
from tercet.frontends.onnx.grid import on_grid
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.operators.movement import axis_of, reshaped, transposed
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.arg_max import ArgMax
from tercet.ops.real.sum import RealSum

ZERO, ONE = np.zeros(()), np.ones(())


@dataclass(frozen=True)
class ReducedBlock:
    """A tensor as (batch, kept axes in front, reduced axes, kept axes behind)."""

    block: SSAValue
    shape: tuple[int, ...]
    """The shape of the result, without the batch."""

    @property
    def count(self) -> int:
        return shape_of(self.block)[2]


@converts(
    "ReduceSum",
    "ReduceMean",
    note=("over any axes but the batch; a mean of a mean is one sum and is rounded once"),
)
def total(builder: OnnxBuilder, node: Node, x: Value, axes: Value = None) -> Value:
    source = on_grid(builder, node, real(node, x))
    found = _reduction(builder, node, source, axes)
    if found is None:
        return x
    y = builder.add(node, RealSum(found.block, axis=2, layer=node.name))
    if node.kind == "ReduceMean":
        y = affine(builder, node, y, ONE, ZERO, np.asarray(float(found.count)))
    return reshaped(builder, node, y, found.shape)


@converts("ReduceMax", "ReduceMin")
def extreme(builder: OnnxBuilder, node: Node, x: Value, axes: Value = None) -> Value:
    """Maximum, or minimum as the negated maximum of the negated tensor."""
    source = tensor(node, x)
    if node.kind == "ReduceMin":
        source = affine(builder, node, source, -ONE, ZERO)
    found = _reduction(builder, node, source, axes)
    if found is None:
        return x
    y = _greatest(builder, node, found)
    if node.kind == "ReduceMin":
        y = affine(builder, node, y, -ONE, ZERO)
    return reshaped(builder, node, y, found.shape)


@converts(
    "ArgMax",
    "ArgMin",
    note=("`ArgMax`, `ArgMin`, and `TopK` of one element, are the last step: the host's"),
)
def arg_extreme(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = real(node, x)
    if node.integer("select_last_index", 0):
        raise node.unsupported("takes the last of equal elements", wanted="select_last_index=0")
    if node.kind == "ArgMin":
        source = affine(builder, node, source, -ONE, ZERO)
    axis = axis_of(node, node.integer("axis", 0), len(shape_of(source)))
    return _index(builder, node, source, axis, bool(node.integer("keepdims", 1)))


@converts("TopK")
def top(builder: OnnxBuilder, node: Node, x: Value, k: Value = None) -> list[Value]:
    """The greatest element and its index."""
    source = real(node, x)
    count = node.integer("k") if k is None else single(node, k, "k")
    if count != 1 or not node.integer("largest", 1):
        raise node.unsupported(
            f"takes {count:g} elements in order",
            wanted="the greatest alone",
            way_out="let the model return its scores, and choose on the host",
        )
    rank = len(shape_of(source))
    axis = axis_of(node, node.integer("axis", -1), rank)
    block = _blocked(builder, node, source, (axis,))
    kept = tuple(1 if i == axis else n for i, n in enumerate(shape_of(source)))[1:]
    value = reshaped(builder, node, _greatest(builder, node, ReducedBlock(block, kept)), kept)
    return [value, _index(builder, node, source, axis, True)]


def _index(builder: OnnxBuilder, node: Node, x: SSAValue, axis: int, keep: bool) -> SSAValue:
    y = builder.add(node, ArgMax(x, axis=axis, layer=node.name))
    shape = shape_of(x)
    return reshaped(builder, node, y, (*shape[1:axis], 1, *shape[axis + 1 :])) if keep else y


def _greatest(builder: OnnxBuilder, node: Node, over: ReducedBlock) -> SSAValue:
    window = {"kernel": (over.count, 1), "stride": (1, 1), "dilation": (1, 1)}
    pool = MaxPool(over.block, **window, padding=((0, 0), (0, 0)), layer=node.name)
    return builder.add(node, pool)


def _reduction(builder: OnnxBuilder, node: Node, x: SSAValue, axes: Value) -> ReducedBlock | None:
    """The reduction of a node, None without axes; these are an operand since version 13 or 18."""
    shape = shape_of(x)
    wish = node.integers("axes") if axes is None else whole(node, axes, "axes")
    if not wish:
        if node.integer("noop_with_empty_axes", 0):
            return None
        raise node.unsupported(
            "works along every axis and so the batch",
            way_out=f"name the axes, such as {', '.join(map(str, range(1, len(shape))))}",
        )
    found = tuple(sorted({axis_of(node, axis, len(shape)) for axis in wish}))
    keep = node.integer("keepdims", 1)
    kept = [1 if i in found else n for i, n in enumerate(shape) if keep or i not in found]
    return ReducedBlock(_blocked(builder, node, x, found), tuple(kept[1:]))


def _blocked(builder: OnnxBuilder, node: Node, x: SSAValue, axes: tuple[int, ...]) -> SSAValue:
    """The tensor with the reduced axes merged into one."""
    rest = [i for i in range(1, len(shape_of(x))) if i not in axes]
    front = [i for i in rest if i < axes[-1]]
    if axes[-1] - axes[0] + 1 == len(axes):
        front = [i for i in rest if i < axes[0]]
    behind = [i for i in rest if i not in front]
    y = transposed(builder, node, x, (0, *front, *axes, *behind))
    sizes = shape_of(x)
    parts = [prod(sizes[i] for i in some) for some in (front, axes, behind)]
    return reshaped(builder, node, y, tuple(parts))
