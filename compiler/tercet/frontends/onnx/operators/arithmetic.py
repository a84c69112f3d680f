"""Sums, products and quotients, of two layers or with a constant."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import (
    OnnxBuilder,
    Value,
    against,
    for_a_row,
    named,
    real,
    reals,
    single,
)
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.patterns import activation
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.rescale import rescaled
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.broadcast import Broadcast
from tercet.ops.real.add import RealAdd
from tercet.ops.real.affine import Affine
from tercet.ops.real.div import RealDiv
from tercet.ops.real.function import Function
from tercet.ops.real.mul import RealMul

ZERO, ONE = np.zeros(()), np.ones(())


@converts(
    "Add", "Sum", note=("with constants or between layers, broadcast over all axes but the batch")
)
def add(builder: OnnxBuilder, node: Node, *terms: Value) -> Value:
    total = terms[0]
    for term in terms[1:]:
        total = _sum(builder, node, total, term)
    return total


def _sum(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        return added(builder, node, a, b)
    x, constant = (a, b) if isinstance(a, SSAValue) else (b, a)
    return affine(builder, node, x, ONE, reals(node, constant, "constant"))


@converts("Mean")
def mean(builder: OnnxBuilder, node: Node, *terms: Value) -> Value:
    total = add(builder, node, *terms)
    return affine(builder, node, total, ONE, ZERO, np.asarray(float(len(terms))))


@converts("Sub")
def sub(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        return added(builder, node, a, affine(builder, node, b, -ONE, ZERO))
    if isinstance(a, SSAValue):
        return affine(builder, node, a, ONE, -reals(node, b, "constant"))
    return affine(builder, node, b, -ONE, reals(node, a, "constant"))


@converts("Mul", note=("the GELU, SiLU and Mish that exporters write as several nodes are found"))
def mul(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    if not isinstance(a, SSAValue) or not isinstance(b, SSAValue):
        x, constant = (a, b) if isinstance(a, SSAValue) else (b, a)
        return affine(builder, node, x, reals(node, constant, "constant"), ZERO)
    known = activation(real(node, a), real(node, b))
    if known is None:
        return multiplied(builder, node, a, b)
    y = builder.add(node, Function(known.x, known.name, layer=node.name))
    return y if known.factor == 1 else affine(builder, node, y, np.asarray(known.factor), ZERO)


@converts("Div")
def div(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        a, b = equal(builder, node, real(node, a), real(node, b))
        return builder.add(node, RealDiv(a, b, layer=node.name))
    if isinstance(a, SSAValue):
        return affine(builder, node, a, ONE, ZERO, reals(node, b, "divisor"))
    inverse = builder.add(node, Function(real(node, b), "reciprocal", layer=node.name))
    return affine(builder, node, inverse, reals(node, a, "constant"), ZERO)


@converts("Neg")
def neg(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return affine(builder, node, x, -ONE, ZERO)


@converts("Pow", note="`Pow` by 0.5, 1, 2, 3 or -1")
def power(builder: OnnxBuilder, node: Node, x: Value, exponent: Value) -> Value:
    source, found = real(node, x), single(node, exponent, "exponent")
    name = {2.0: "square", 0.5: "sqrt", -1.0: "reciprocal"}.get(found)
    if found == 1:
        return source
    if found == 3:
        squared = builder.add(node, Function(source, "square", layer=node.name))
        return builder.add(node, RealMul(squared, source, layer=node.name))
    if name is None:
        raise node.unsupported(f"takes a power of {found:g}", wanted="0.5, 1, 2, 3 or -1")
    return builder.add(node, Function(source, name, layer=node.name))


def added(builder: OnnxBuilder, node: Node, a: SSAValue, b: SSAValue) -> SSAValue:
    """The sum of two layers' results."""
    a, b = equal(builder, node, real(node, a), real(node, b))
    return builder.add(node, RealAdd(a, b, layer=node.name))


def multiplied(builder: OnnxBuilder, node: Node, a: SSAValue, b: SSAValue) -> SSAValue:
    a, b = equal(builder, node, real(node, a), real(node, b))
    return builder.add(node, RealMul(a, b, layer=node.name))


def affine(
    builder: OnnxBuilder,
    node: Node,
    x: Value,
    factor: FloatArray,
    offset: FloatArray,
    divisor: FloatArray = ONE,
) -> SSAValue:
    """(factor * x + offset) / divisor, with x broadcast to the constants' shapes."""
    source = real(node, x)
    if not divisor.all():
        raise node.broken("divides by zero", wanted="a divisor without zeros")
    sides = [for_a_row(builder, node, c, source) for c in (factor, offset, divisor)]
    same = rescaled(source, factor, offset, divisor, node.name)
    if same is not None:
        return builder.add(node, same)
    shape = np.broadcast_shapes(shape_of(source), *(c.shape for c in sides))
    source = broadcast(builder, node, source, shape)
    sides = [against(builder, node, c, source) for c in sides]
    return builder.add(node, Affine(source, *sides, layer=node.name))


def equal(builder: OnnxBuilder, node: Node, a: SSAValue, b: SSAValue) -> tuple[SSAValue, SSAValue]:
    """Both tensors broadcast to their common shape, the batch first."""
    left, right = shape_of(a), shape_of(b)
    require_alike(builder, node, left, right)
    shape = np.broadcast_shapes(left, right)
    return broadcast(builder, node, a, shape), broadcast(builder, node, b, shape)


def require_alike(
    builder: OnnxBuilder, node: Node, left: Sequence[int], right: Sequence[int]
) -> None:
    """Refuse results of different ranks, because the batch of one would meet another axis."""
    if len(left) != len(right):
        found = [named((builder.rows, *shape[1:])) for shape in (left, right)]
        raise node.unsupported(
            f"combines tensors of shapes {found[0]} and {found[1]}",
            wanted="as many axes in both, with the batch first",
        )


def broadcast(builder: OnnxBuilder, node: Node, x: SSAValue, shape: tuple[int, ...]) -> SSAValue:
    """`x` in `shape`, which has the batch first."""
    if shape_of(x) == shape:
        return x
    return builder.add(node, Broadcast(x, shape[1:], layer=node.name))
