"""Operators that return their operand."""

from tercet.frontends.onnx.builder import OnnxBuilder, Value, single
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts


@converts("Identity")
def identity(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return x


@converts("Dropout", note="`Dropout` in evaluation mode")
def dropout(
    builder: OnnxBuilder, node: Node, x: Value, ratio: Value = None, training: Value = None
) -> Value:
    if training is not None and single(node, training, "training mode"):
        raise node.unsupported(
            "drops values at random", way_out="export the model in evaluation mode"
        )
    return x
