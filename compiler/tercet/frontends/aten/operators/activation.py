"""Converters of elementwise activations."""

import numpy as np
import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import sliced
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.clip import Clip
from tercet.ops.real.function import Function
from tercet.ops.real.leaky_relu import LeakyRelu
from tercet.ops.real.mul import RealMul
from tercet.ops.real.relu import Relu

aten = torch.ops.aten
NAMES = {
    aten.abs.default: "abs",
    aten.erf.default: "erf",
    aten.exp.default: "exp",
    aten.hardsigmoid.default: "hardsigmoid",
    aten.hardswish.default: "hardswish",
    aten.log.default: "log",
    aten.log_sigmoid.default: "logsigmoid",
    aten.mish.default: "mish",
    aten.reciprocal.default: "reciprocal",
    aten.sigmoid.default: "sigmoid",
    aten.sign.default: "sign",
    aten.silu.default: "silu",
    aten.sqrt.default: "sqrt",
    aten.square.default: "square",
    aten.tanh.default: "tanh",
}
"""Functions without parameters, by their name in `tercet.ops.real.functions`."""
LAYERS = {
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "logsigmoid": "LogSigmoid",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "tanh": "Tanh",
}
"""The layers of torch.nn that compute one of these."""
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def apply(builder: AtenBuilder, x: Value, name: str, *parameters: float) -> Value:
    return builder.add(Function(builder.real(x), name, parameters, layer=builder.layer))


for _target, _name in NAMES.items():

    @converts(_target, layers=LAYERS.get(_name, ""))
    def named(builder: AtenBuilder, x: Value, *, name: str = _name) -> Value:
        return apply(builder, x, name)


@converts(aten.relu.default, layers="ReLU")
def relu(builder: AtenBuilder, x: Value) -> Value:
    return builder.add(Relu(builder.real(x), layer=builder.layer))


@converts(aten.hardtanh.default, layers="Hardtanh")
def hardtanh(builder: AtenBuilder, x: Value, low: float = -1.0, high: float = 1.0) -> Value:
    return builder.add(Clip(builder.real(x), float(low), float(high), layer=builder.layer))


@converts(aten.relu6.default, layers="ReLU6")
def relu6(builder: AtenBuilder, x: Value) -> Value:
    return hardtanh(builder, x, 0.0, 6.0)


@converts(
    aten.clamp.default,
    aten.clip.default,
    note="`clamp` and `clip` to numbers, or to constants and tensors",
)
def clamp(
    builder: AtenBuilder,
    x: Value,
    min: float | None = None,  # noqa: A002
    max: float | None = None,  # noqa: A002
) -> Value:
    low = -np.inf if min is None else float(min)
    return hardtanh(builder, x, low, np.inf if max is None else float(max))


@converts(aten.clamp_min.default)
def clamp_min(builder: AtenBuilder, x: Value, low: float) -> Value:
    return hardtanh(builder, x, low, np.inf)


@converts(aten.clamp_max.default)
def clamp_max(builder: AtenBuilder, x: Value, high: float) -> Value:
    return hardtanh(builder, x, -np.inf, high)


@converts(aten.leaky_relu.default, layers="LeakyReLU")
def leaky_relu(builder: AtenBuilder, x: Value, slope: float = 0.01) -> Value:
    return builder.add(LeakyRelu(builder.real(x), np.asarray(slope, float), layer=builder.layer))


@converts(
    aten.rrelu.default,
    layers="RReLU",
    note="`RReLU` has the mean of its two slopes, as in evaluation",
)
def rrelu(
    builder: AtenBuilder, x: Value, low: float = 1 / 8, high: float = 1 / 3, *_: object
) -> Value:
    """RReLU in evaluation: its slope is the mean of the two bounds."""
    return leaky_relu(builder, x, (low + high) / 2)


@converts(aten.prelu.default, layers="PReLU", note="`PReLU` has one slope, or one for each channel")
def prelu(builder: AtenBuilder, x: Value, slope: Value) -> Value:
    """PReLU with one slope, or one for each channel, which is axis 1."""
    source = builder.real(x)
    slopes = builder.constant(slope, source).reshape(-1, *[1] * (len(shape_of(source)) - 2))
    found = slopes.reshape(()) if slopes.size == 1 else slopes
    return builder.add(LeakyRelu(source, found, layer=builder.layer))


@converts(aten.elu.default, layers="ELU")
def elu(
    builder: AtenBuilder, x: Value, alpha: float = 1.0, scale: float = 1.0, bend: float = 1.0
) -> Value:
    return apply(builder, x, "elu", alpha, scale, bend)


@converts(aten.selu.default, layers="SELU")
def selu(builder: AtenBuilder, x: Value) -> Value:
    return apply(builder, x, "elu", SELU_ALPHA, SELU_SCALE, 1.0)


@converts(aten.celu.default, layers="CELU")
def celu(builder: AtenBuilder, x: Value, alpha: float = 1.0) -> Value:
    return apply(builder, x, "elu", alpha, 1.0, 1 / alpha)


@converts(aten.gelu.default, layers="GELU", note="`GELU` is exact or by tanh")
def gelu(builder: AtenBuilder, x: Value, *, approximate: str = "none") -> Value:
    return apply(builder, x, "gelu_tanh" if approximate == "tanh" else "gelu")


@converts(aten.softplus.default, layers="Softplus")
def softplus(builder: AtenBuilder, x: Value, beta: float = 1.0, threshold: float = 20.0) -> Value:
    return apply(builder, x, "softplus", beta, threshold)


@converts(aten.glu.default, layers="GLU")
def glu(builder: AtenBuilder, x: Value, axis: int = -1) -> Value:
    """GLU: the first half times the sigmoid of the second half."""
    source = builder.real(x)
    at = builder.axis(axis, len(shape_of(source)))
    size = shape_of(source)[at]
    parts = [sliced(builder, source, at, i, i + size // 2) for i in (0, size // 2)]
    gate = builder.real(apply(builder, parts[1], "sigmoid"))
    return builder.add(RealMul(parts[0], gate, layer=builder.layer))


@converts(aten.threshold.default, layers="Threshold")
def threshold(builder: AtenBuilder, x: Value, at: float, value: float) -> Value:
    return apply(builder, x, "threshold", at, value)
