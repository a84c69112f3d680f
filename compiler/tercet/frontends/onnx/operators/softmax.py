"""Softmax along one axis since version 13, before over all axes from `axis` on."""

import numpy as np

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import axis_of, reshaped
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.softmax import RealSoftmax


@converts("Softmax", "LogSoftmax", note="along any axis but the batch")
def softmax(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source, log = real(node, x), node.kind == "LogSoftmax"
    shape = shape_of(source)
    # ONNXRuntime's QLinearSoftmax has the version as an attribute
    if node.integer("opset", node.version) >= 13:
        axis = axis_of(node, node.integer("axis", -1), len(shape))
        return builder.add(node, RealSoftmax(source, axis=axis, log=log, layer=node.name))
    axis = axis_of(node, node.integer("axis", 1), len(shape))
    flat = (*shape[1:axis], int(np.prod(shape[axis:])))
    y = reshaped(builder, node, source, flat)
    y = builder.add(node, RealSoftmax(y, axis=axis, log=log, layer=node.name))
    return reshaped(builder, node, y, shape[1:])
