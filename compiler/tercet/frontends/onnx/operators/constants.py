"""Constants and shapes, which are constants too."""

from pathlib import Path

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value
from tercet.frontends.onnx.file.tensors import Stored
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of


@converts("Constant", note="dense tensors of numbers; `Shape` and `Size` are worked out beforehand")
def constant(builder: OnnxBuilder, node: Node) -> Value:
    tensor = node.tensor("value")
    if tensor is not None:
        return Stored(tensor, Path()).read(node.name, builder.budget)
    if node.has("value_float"):
        return np.asarray(node.real("value_float"), np.float32)
    if node.has("value_int"):
        return np.asarray(node.integer("value_int"), np.int64)
    if node.has("value_floats"):
        return np.asarray(node.reals("value_floats"), np.float32)
    if node.has("value_ints"):
        return np.asarray(node.integers("value_ints"), np.int64)
    raise node.unsupported("is a sparse constant or text", wanted="a dense tensor of numbers")


@converts("Shape")
def shape(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    found = extents(builder, x)
    start, end = node.integer("start", 0), node.integer("end", len(found))
    return np.asarray(found[start:end], np.int64)


@converts("Size")
def size(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return np.asarray(np.prod(extents(builder, x), dtype=np.int64))


def extents(builder: OnnxBuilder, x: Value) -> tuple[int, ...]:
    """The shape of `x` in the file, with its batch."""
    if isinstance(x, SSAValue):
        return (builder.batch, *shape_of(x)[1:])
    values = x.values if isinstance(x, Integers) else x
    assert values is not None
    return values.shape
