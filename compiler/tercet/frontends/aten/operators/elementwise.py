"""Functions of each element alone, all of them monotone."""

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import Builder, Value, array
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray
from tercet.ops.real.affine import Affine
from tercet.ops.real.batch_norm import BatchNorm
from tercet.ops.real.clip import Clip
from tercet.ops.real.relu import Relu

aten = torch.ops.aten


@converts(aten.batch_norm.default)
def batch_norm(
    builder: Builder,
    x: Value,
    gain: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    training: bool,
    momentum: float,
    epsilon: float,
    cudnn: bool,
) -> Value:
    if mean is None or variance is None:
        raise builder.unsupported("batch norm without running statistics", "track them")
    centre, spread = array(mean), array(variance)
    slope = np.ones_like(centre) if gain is None else array(gain)
    shift = np.zeros_like(centre) if offset is None else array(offset)
    source, layer = builder.real(x), builder.layer
    return builder.add(BatchNorm(source, slope, shift, centre, spread, epsilon, layer=layer))


@converts(aten.relu.default)
def relu(builder: Builder, x: Value) -> Value:
    return builder.add(Relu(builder.real(x), layer=builder.layer))


@converts(aten.hardtanh.default, aten.clamp.default)
def clip(
    builder: Builder,
    x: Value,
    min: float | None = -1.0,  # noqa: A002
    max: float | None = 1.0,  # noqa: A002
) -> Value:
    low = -np.inf if min is None else float(min)
    high = np.inf if max is None else float(max)
    if np.isinf(low) or np.isinf(high):
        raise builder.unsupported("clamps on one side", "wanted both a min and a max, or a ReLU")
    return builder.add(Clip(builder.real(x), low, high, layer=builder.layer))


@converts(aten.relu6.default)
def relu6(builder: Builder, x: Value) -> Value:
    return builder.add(Clip(builder.real(x), 0.0, 6.0, layer=builder.layer))


@converts(aten.mul.Tensor)
def mul(builder: Builder, a: Value, b: Value) -> Value:
    source, constant = _sides(builder, a, b)
    return _affine(builder, source, constant, np.zeros(()))


@converts(aten.add.Tensor)
def add(builder: Builder, a: Value, b: Value, alpha: float = 1) -> Value:
    source, constant = _sides(builder, a, b)
    if alpha != 1:
        raise builder.unsupported(f"adds with alpha={alpha}", "multiply before you add")
    return _affine(builder, source, np.ones(()), constant)


@converts(aten.sub.Tensor)
def sub(builder: Builder, a: Value, b: Value, alpha: float = 1) -> Value:
    source, constant = _sides(builder, a, b)
    if alpha != 1:
        raise builder.unsupported(f"subtracts with alpha={alpha}", "multiply before you subtract")
    sign = 1.0 if source is a else -1.0
    return _affine(builder, source, np.asarray(sign), -sign * constant)


@converts(aten.rsub.Scalar, aten.rsub.Tensor)
def rsub(builder: Builder, a: Value, b: Value, alpha: float = 1) -> Value:
    return sub(builder, b, a, alpha)


@converts(aten.div.Tensor)
def div(builder: Builder, a: Value, b: Value) -> Value:
    source, constant = _sides(builder, a, b)
    exponents = np.frexp(constant)[0]
    if source is not a or not bool((np.abs(exponents) == 0.5).all()):
        raise builder.unsupported(
            "divides by what is no power of two", "multiply by the reciprocal"
        )
    return _affine(builder, source, 1 / constant, np.zeros(()))


@converts(aten.neg.default)
def neg(builder: Builder, x: Value) -> Value:
    return _affine(builder, builder.real(x), np.asarray(-1.0), np.zeros(()))


def _sides(builder: Builder, a: Value, b: Value) -> tuple[SSAValue, FloatArray]:
    """The result of a layer, and the constant it meets, whichever came first."""
    source, other = (a, b) if isinstance(a, SSAValue) else (b, a)
    return builder.real(source), builder.per_channel(other, builder.real(source))


def _affine(builder: Builder, x: SSAValue, factor: FloatArray, offset: FloatArray) -> SSAValue:
    return builder.add(Affine(x, factor, offset, layer=builder.layer))
