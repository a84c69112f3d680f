"""Maximum and minimum of layers' results and constants."""

from collections.abc import Sequence
from functools import reduce
from math import inf

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import ONE, ZERO, affine, equal
from tercet.frontends.onnx.operators.clip import clipped
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import FloatArray
from tercet.ops.real.maximum import RealMaximum
from tercet.ops.real.minimum import RealMinimum
from tercet.ops.real.relu import Relu


@converts("Max")
def greatest(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    layers, bounds = _sides(node, operands)
    found = layers[0]
    for other in layers[1:]:
        found = builder.add(node, RealMaximum(*equal(builder, node, found, other), layer=node.name))
    return _above(builder, node, found, reduce(np.maximum, bounds)) if bounds else found


@converts("Min")
def smallest(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    layers, bounds = _sides(node, operands)
    found = layers[0]
    for other in layers[1:]:
        found = builder.add(node, RealMinimum(*equal(builder, node, found, other), layer=node.name))
    return _below(builder, node, found, reduce(np.minimum, bounds)) if bounds else found


def _sides(node: Node, operands: Sequence[Value]) -> tuple[list[SSAValue], list[FloatArray]]:
    layers = [real(node, value) for value in operands if isinstance(value, SSAValue)]
    bounds = [reals(node, v, "limit") for v in operands if not isinstance(v, SSAValue)]
    return list(dict.fromkeys(layers)), bounds


def _above(builder: OnnxBuilder, node: Node, x: SSAValue, bound: FloatArray) -> SSAValue:
    """max(x, bound) as relu(x - bound) + bound, for a bound that differs from place to place."""
    if bound.size == 1:
        return clipped(builder, node, x, float(bound.reshape(())), inf)
    lowered = affine(builder, node, x, ONE, -bound)
    return affine(builder, node, builder.add(node, Relu(lowered, layer=node.name)), ONE, bound)


def _below(builder: OnnxBuilder, node: Node, x: SSAValue, bound: FloatArray) -> SSAValue:
    if bound.size == 1:
        return clipped(builder, node, x, -inf, float(bound.reshape(())))
    opposite = affine(builder, node, x, -ONE, ZERO)
    return affine(builder, node, _above(builder, node, opposite, -bound), -ONE, ZERO)
