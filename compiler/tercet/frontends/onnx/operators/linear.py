"""Products with matrices."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import broadcast, require_alike
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.weights import bias, per_output, weights
from tercet.ir.types import shape_of
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.matmul import RealMatMul
from tercet.ops.transpose import Transpose


@converts("MatMul", note="x @ W with the batch first, or (batch, .., M, K) by (batch, .., K, N)")
def matmul(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        return product(builder, node, real(node, a), real(node, b))
    if isinstance(a, SSAValue):
        x, weight = real(node, a), weights(node, b)
        _require_axes(node, x, weight)
        return linear(builder, node, x, transposed(matrix(node, weight)))
    # W @ x is (x' @ W')', over the last two axes
    weight, x = weights(node, a), real(node, b)
    if len(shape_of(x)) < 3:
        raise node.unsupported("multiplies over the batch", wanted="x @ W, with the batch first")
    _require_axes(node, x, weight)
    y = linear(builder, node, _swapped(builder, node, x), matrix(node, weight))
    return _swapped(builder, node, y)


@converts("Gemm", note="`Gemm` with `transA=0` and constant weights")
def gemm(builder: OnnxBuilder, node: Node, a: Value, b: Value, c: Value = None) -> Value:
    if node.integer("transA", 0):
        raise node.unsupported("transposes its input", wanted="transA=0: the batch comes first")
    x = real(node, a)
    if isinstance(b, SSAValue):
        raise node.unsupported("multiplies the results of two layers", wanted="MatMul for that")
    weight = matrix(node, weights(node, b))
    if not node.integer("transB", 0):
        weight = transposed(weight)
    alpha, beta = np.asarray(node.real("alpha", 1.0)), np.asarray(node.real("beta", 1.0))
    if alpha < 0:
        weight, alpha = Integers(-weight.values, weight.scale), -alpha
    if isinstance(c, SSAValue):
        raise node.unsupported("adds the result of another layer", wanted="an Add for that")
    if isinstance(c, Integers):
        c = Integers(c.values, c.scale * beta)
    elif c is not None:
        c = c.astype(np.float64) * beta
    return linear(builder, node, x, Integers(weight.values, weight.scale * alpha), c)


def linear(
    builder: OnnxBuilder, node: Node, x: SSAValue, weight: Integers, offset: Value = None
) -> SSAValue:
    """The linear layer x @ weight.T + offset, with weight [N, K]."""
    outputs, columns = weight.values.shape
    if shape_of(x)[-1] != columns:
        raise node.broken(
            f"x has shape {shape_of(x)}", way_out=f"its weights want {columns} columns"
        )
    scale, (shift, unit) = per_output(node, weight, 0), bias(node, offset, outputs)
    return builder.add(node, RealLinear(x, weight.values, scale, shift, unit, layer=node.name))


def product(builder: OnnxBuilder, node: Node, a: SSAValue, b: SSAValue) -> SSAValue:
    """The matrix product of two layers' results."""
    left, right = shape_of(a), shape_of(b)
    require_alike(builder, node, left, right)
    if min(len(left), len(right)) < 3 or left[-1] != right[-2]:
        raise node.unsupported(
            f"multiplies tensors of shapes {left} and {right}",
            wanted="(batch, .., M, K) and (batch, .., K, N)",
        )
    lead = np.broadcast_shapes(left[:-2], right[:-2])
    a = broadcast(builder, node, a, (*lead, *left[-2:]))
    b = broadcast(builder, node, b, (*lead, *right[-2:]))
    return builder.add(node, RealMatMul(a, b, layer=node.name))


def matrix(node: Node, weight: Integers) -> Integers:
    """The weights as a matrix, without leading axes of extent 1."""
    shape = weight.values.shape
    if len(shape) < 2 or any(n != 1 for n in shape[:-2]):
        raise node.unsupported(f"its weights have shape {shape}", wanted="a matrix")
    extents = (1, 1, *weight.scale.shape)[-2:]
    scale = weight.scale.reshape(extents) if weight.scale.size > 1 else weight.scale.reshape(())
    return Integers(weight.values.reshape(shape[-2:]), scale)


def transposed(weight: Integers) -> Integers:
    return Integers(np.ascontiguousarray(weight.values.T), weight.scale.T)


def _require_axes(node: Node, x: SSAValue, weight: Integers) -> None:
    """Refuse weights that would put axes in front of the batch."""
    if weight.values.ndim > len(shape_of(x)):
        raise node.unsupported(
            f"weights of shape {weight.values.shape} put axes in front of the batch",
            wanted=f"a matrix, or no more than {len(shape_of(x))} axes",
        )


def _swapped(builder: OnnxBuilder, node: Node, x: SSAValue) -> SSAValue:
    *rest, last = range(len(shape_of(x)))
    order = (*rest[:-1], last, rest[-1])
    return builder.add(node, Transpose(x, order, layer=node.name))
