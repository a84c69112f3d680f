"""Matrix products: a dense layer for constant weights, else a product of two tensors."""

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.arithmetic import add
from tercet.frontends.aten.operators.linear import linear
from tercet.frontends.aten.operators.transpose import matrix_transpose
from tercet.frontends.aten.registry import converts
from tercet.frontends.integers import Integers
from tercet.ir.types import shape_of
from tercet.ops.real.matmul import RealMatMul

aten = torch.ops.aten


@converts(
    aten.matmul.default,
    aten.mm.default,
    aten.bmm.default,
    note="(batch, …, M, K) by (batch, …, K, N), or by quantized weights",
)
def matmul(builder: AtenBuilder, a: Value, b: Value) -> Value:
    if not isinstance(b, SSAValue):
        return linear(builder, a, turned(builder, b))
    if not isinstance(a, SSAValue):
        rows = linear(builder, matrix_transpose(builder, b), a)
        return matrix_transpose(builder, rows)
    return product(builder, builder.real(a), builder.real(b))


@converts(aten.addmm.default, note="`addmm` and `baddbmm` with `alpha` and `beta` of 1")
def addmm(
    builder: AtenBuilder, c: Value, a: Value, b: Value, *, beta: float = 1, alpha: float = 1
) -> Value:
    if (beta, alpha) != (1, 1):
        raise builder.unsupported("calls addmm with beta or alpha", way_out="multiply before it")
    if isinstance(c, SSAValue) or isinstance(b, SSAValue):
        return add(builder, matmul(builder, a, b), c)
    return linear(builder, a, turned(builder, b), c)


@converts(aten.baddbmm.default)
def baddbmm(
    builder: AtenBuilder, c: Value, a: Value, b: Value, *, beta: float = 1, alpha: float = 1
) -> Value:
    return addmm(builder, c, a, b, beta=beta, alpha=alpha)


def product(builder: AtenBuilder, a: SSAValue, b: SSAValue) -> SSAValue:
    """(batch, …, M, K) @ (batch, …, K, N); the axes between are broadcast."""
    x, y = shape_of(a), shape_of(b)
    if len(x) != len(y) or len(x) < 3:
        raise builder.unsupported(
            f"multiplies tensors of shapes {x} and {y}",
            wanted="(batch, …, M, K) and (batch, …, K, N), so unsqueeze after the batch",
        )
    between = np.broadcast_shapes(x[1:-2], y[1:-2])
    left = builder.widened(a, (*between, *x[-2:]))
    right = builder.widened(b, (*between, *y[-2:]))
    return builder.add(RealMatMul(left, right, layer=builder.layer))


def turned(builder: AtenBuilder, weight: Value) -> Value:
    """The weights (N, K) of a dense layer from a constant (K, N)."""
    if not isinstance(weight, Integers) or weight.values.ndim != 2:
        return weight
    scale = weight.scale if weight.scale.ndim < 2 else weight.scale.T
    if weight.scale.ndim == 1 and weight.scale.size > 1:
        scale = weight.scale[:, None]
    return Integers(weight.values.T, scale)
