"""Operators that change no value."""

from collections.abc import Mapping

import numpy as np
from onnx import TensorProto
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import Builder, Value, single
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import dequantized
from tercet.frontends.onnx.registry import converts
from tercet.ir.interval import Interval
from tercet.ir.real import is_real
from tercet.ir.types import Int, signed, tensor_type, unsigned

INTEGERS: Mapping[int, Int] = {
    TensorProto.INT8: signed(8),
    TensorProto.UINT8: unsigned(8),
    TensorProto.INT16: signed(16),
    TensorProto.UINT16: unsigned(16),
    TensorProto.INT32: signed(32),
    TensorProto.UINT32: unsigned(32),
    TensorProto.INT64: signed(64),
    TensorProto.UINT64: unsigned(64),
}
"""Types that integers may be cast to."""


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


def _holds(kind: int, given: Int) -> bool:
    """Whether integers stay what they are in the type `kind` of ONNX.

    Indices are 64 bits wide whatever they hold: those of 32 do as well.
    """
    element = INTEGERS.get(kind)
    if element is None:
        return False
    index = given.width.data == 2 * element.width.data == 64
    return index or Interval.of(element).holds(Interval.of(given))


@converts("Cast")
def cast(builder: Builder, node: Node, x: Value) -> Value:
    """Between floats: all are reals here. Integers stay what they are, as integers or as reals."""
    kind = node.integer("to")
    if isinstance(x, SSAValue) and not is_real(x) and _holds(kind, tensor_type(x).element_type):
        return x
    if kind not in (TensorProto.FLOAT, TensorProto.DOUBLE) or x is None:
        raise node.unsupported(
            f"casts to type {kind}", "wanted float or double; integers come of QuantizeLinear"
        )
    if isinstance(x, SSAValue) and not is_real(x):
        return dequantized(builder, node, x, np.ones(()), 0)
    return x
