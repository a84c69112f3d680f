"""Sums, products and quotients of tensors and constants."""

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.activation import apply
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray, floats_of, shape_of
from tercet.ops.real.add import RealAdd
from tercet.ops.real.affine import Affine
from tercet.ops.real.div import RealDiv
from tercet.ops.real.function import Function
from tercet.ops.real.mul import RealMul

aten = torch.ops.aten
ONE, ZERO = np.ones(()), np.zeros(())
HIDDEN = -(2.0**20)
"""Replaces minus infinity: its exponential is 0 in float64 beside that of any finite score."""
POWERS = {2.0: "square", 0.5: "sqrt", -1.0: "reciprocal"}


@converts(
    aten.add.Tensor,
    layers="QuantEltwiseAdd",
    note=("with numbers, constants and tensors, broadcast over all axes but the batch"),
)
def add(builder: AtenBuilder, a: Value, b: Value, alpha: float = 1) -> Value:
    if not isinstance(a, SSAValue):
        return affine(builder, b, np.asarray(float(alpha)), builder.constant(a, builder.real(b)))
    if not isinstance(b, SSAValue):
        return affine(builder, a, ONE, builder.constant(b, builder.real(a)) * alpha)
    if a is b:
        return affine(builder, a, np.asarray(1.0 + alpha), ZERO)
    other = b if alpha == 1 else affine(builder, b, np.asarray(float(alpha)), ZERO)
    return builder.add(RealAdd(*pair(builder, a, other), layer=builder.layer))


@converts(aten.sub.Tensor, layers="Tanhshrink")
def sub(builder: AtenBuilder, a: Value, b: Value, alpha: float = 1) -> Value:
    return add(builder, a, b, -alpha)


@converts(aten.rsub.Scalar, aten.rsub.Tensor)
def rsub(builder: AtenBuilder, a: Value, b: Value, alpha: float = 1) -> Value:
    return add(builder, b, a, -alpha)


@converts(aten.neg.default)
def neg(builder: AtenBuilder, x: Value) -> Value:
    return affine(builder, x, -ONE, ZERO)


@converts(
    aten.mul.Tensor, layers="QuantScaleBias BatchNorm1dToQuantScaleBias BatchNorm2dToQuantScaleBias"
)
def mul(builder: AtenBuilder, a: Value, b: Value) -> Value:
    if not isinstance(a, SSAValue):
        return mul(builder, b, a)
    if not isinstance(b, SSAValue):
        return affine(builder, a, builder.constant(b, builder.real(a)), ZERO)
    if a is b:
        return apply(builder, a, "square")
    return builder.add(RealMul(*pair(builder, a, b), layer=builder.layer))


@converts(aten.div.Tensor, layers="Softsign")
def div(builder: AtenBuilder, a: Value, b: Value) -> Value:
    if not isinstance(b, SSAValue):
        source = builder.real(a)
        return affine(builder, source, ONE, ZERO, builder.constant(b, source))
    if not isinstance(a, SSAValue):
        return mul(builder, apply(builder, b, "reciprocal"), a)
    if _is_one_plus_abs(b, a):
        return apply(builder, a, "softsign")
    return builder.add(RealDiv(*pair(builder, a, b), layer=builder.layer))


@converts(aten.pow.Tensor_Scalar, note="`pow` by 0.5, 1, 2, 3 or -1")
def power(builder: AtenBuilder, x: Value, exponent: float) -> Value:
    if exponent == 1:
        return x
    if exponent not in POWERS:
        raise builder.unsupported(
            f"raises to the power {exponent:g}",
            way_out="multiply, or use x ** 2, x ** 0.5 or x ** -1",
        )
    return apply(builder, x, POWERS[float(exponent)])


@converts(aten.addcmul.default)
def addcmul(builder: AtenBuilder, x: Value, a: Value, b: Value, *, value: float = 1) -> Value:
    return add(builder, x, mul(builder, a, b), value)


@converts(aten.lerp.Scalar)
def lerp(builder: AtenBuilder, a: Value, b: Value, weight: float) -> Value:
    return add(builder, mul(builder, a, 1 - weight), mul(builder, b, weight))


def affine(
    builder: AtenBuilder,
    x: Value,
    factor: FloatArray,
    offset: FloatArray,
    divisor: FloatArray = ONE,
) -> SSAValue:
    """(factor * x + offset) / divisor, with `x` broadcast to the constants' shapes.

    An offset of minus infinity hides an element from a softmax.
    """
    source = builder.real(x)
    wide = builder.widened(source, factor.shape, offset.shape, divisor.shape)
    if (factor == 1).all() and (offset == 0).all() and (divisor == 1).all():
        return wide
    low = np.where(np.isneginf(offset), HIDDEN, offset)
    return builder.add(Affine(wide, factor, low, divisor, layer=builder.layer))


def pair(builder: AtenBuilder, a: Value, b: Value) -> tuple[SSAValue, SSAValue]:
    """Two tensors, broadcast to one shape."""
    x, y = builder.real(a), builder.real(b)
    if len(shape_of(x)) != len(shape_of(y)):
        raise builder.unsupported(
            f"combines tensors of shapes {shape_of(x)} and {shape_of(y)}",
            wanted="as many axes on both sides, the batch first",
            way_out="unsqueeze after the batch",
        )
    return builder.widened(x, shape_of(y)[1:]), builder.widened(y, shape_of(x)[1:])


def _is_one_plus_abs(x: SSAValue, of: SSAValue) -> bool:
    """Whether x = |of| + 1: torch writes softsign as of / (|of| + 1)."""
    top = x.owner
    if not isinstance(top, Affine) or not isinstance(top.x.owner, Function):
        return False
    constants = [floats_of(c) for c in (top.factor, top.offset, top.divisor)]
    inner = top.x.owner
    return all((c == 1).all() for c in constants) and (
        inner.function.data == "abs" and inner.x is of
    )
