"""Operators that change no value."""

import numpy as np
from onnx import TensorProto
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import Builder, Value, single
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import dequantized
from tercet.frontends.onnx.registry import converts
from tercet.ir.real import is_real


@converts("Identity")
def identity(builder: Builder, node: Node, x: Value) -> Value:
    return x


@converts("Dropout")
def dropout(
    builder: Builder, node: Node, x: Value, ratio: Value = None, training: Value = None
) -> Value:
    if training is not None and single(node, training, "training mode"):
        raise node.unsupported("drops values at random", "export the model in evaluation mode")
    return x


@converts("Cast")
def cast(builder: Builder, node: Node, x: Value) -> Value:
    """Between floats: all are reals here. Integers become the reals that they are."""
    kind = node.integer("to")
    if kind not in (TensorProto.FLOAT, TensorProto.DOUBLE) or x is None:
        raise node.unsupported(
            f"casts to type {kind}", "wanted float or double; integers come of QuantizeLinear"
        )
    if isinstance(x, SSAValue) and not is_real(x):
        return dequantized(builder, node, x, np.ones(()), 0)
    return x
