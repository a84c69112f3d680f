"""Sums and means over axes."""

import numpy as np

from tercet.frontends.onnx.builder import Builder, Value, real, whole
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.operators.movement import axis_of, reshaped
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.sum import RealSum

ZERO, ONE = np.zeros(()), np.ones(())


@converts("ReduceSum", "ReduceMean")
def reduce(builder: Builder, node: Node, x: Value, axes: Value = None) -> Value:
    """Axes are an operand since version 13 (sum) and 18 (mean), an attribute before."""
    y = real(node, x)
    shape = shape_of(y)
    wish = node.integers("axes") if axes is None else whole(node, axes, "axes")
    if not wish:
        if node.integer("noop_with_empty_axes", 0):
            return y
        raise node.unsupported("works along every axis and so the batch", "wanted axes")
    found = sorted({axis_of(node, axis, len(shape)) for axis in wish}, reverse=True)
    for axis in found:
        y = builder.add(node, RealSum(y, axis=axis, layer=node.name))
    if node.integer("keepdims", 1):
        kept = tuple(1 if i in found else n for i, n in enumerate(shape))
        y = reshaped(builder, node, y, kept[1:])
    if node.kind == "ReduceSum":
        return y
    count = np.asarray(float(np.prod([shape[axis] for axis in found])))
    return affine(builder, node, y, ONE, ZERO, count)
