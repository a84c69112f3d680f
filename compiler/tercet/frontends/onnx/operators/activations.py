"""Converters of elementwise activations."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, against, real, reals
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.registry import converts
from tercet.ops.real.clip import Clip
from tercet.ops.real.function import Function
from tercet.ops.real.leaky_relu import LeakyRelu
from tercet.ops.real.relu import Relu

STEEP = 1e6
"""For x from here on, log(1 + exp(x)) is x to more than float64's digits."""
PLAIN = {
    "Abs": "abs",
    "Asinh": "asinh",
    "Atan": "atan",
    "Cosh": "cosh",
    "Erf": "erf",
    "Exp": "exp",
    "HardSwish": "hardswish",
    "Log": "log",
    "Mish": "mish",
    "Reciprocal": "reciprocal",
    "Sigmoid": "sigmoid",
    "Sinh": "sinh",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Tanh": "tanh",
}
"""Functions without parameters."""


@converts(*PLAIN)
def plain(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return _function(builder, node, x, PLAIN[node.kind.removeprefix("QLinear")])


@converts("Relu")
def relu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return builder.add(node, Relu(real(node, x), layer=node.name))


@converts("LeakyRelu")
def leaky_relu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    slope = np.asarray(node.real("alpha", float(np.float32(0.01))))
    return builder.add(node, LeakyRelu(real(node, x), slope, layer=node.name))


@converts("PRelu", note="`PRelu` has one slope, or one for each channel")
def prelu(builder: OnnxBuilder, node: Node, x: Value, slope: Value) -> Value:
    source = real(node, x)
    found = against(builder, node, reals(node, slope, "slope"), source)
    return builder.add(node, LeakyRelu(source, found, layer=node.name))


@converts("Elu")
def elu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return _function(builder, node, x, "elu", node.real("alpha", 1.0), 1.0, 1.0)


@converts("Selu")
def selu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    alpha = node.real("alpha", float(np.float32(1.67326319217681884765625)))
    gamma = node.real("gamma", float(np.float32(1.05070102214813232421875)))
    return _function(builder, node, x, "elu", alpha, gamma, 1.0)


@converts("Celu")
def celu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    alpha = node.real("alpha", 1.0)
    if alpha == 0:
        raise node.broken("alpha is 0", wanted="another one")
    return _function(builder, node, x, "elu", alpha, 1.0, 1 / alpha)


@converts("Gelu")
def gelu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    kinds = {"none": "gelu", "tanh": "gelu_tanh"}
    kind = node.text("approximate", "none")
    if kind not in kinds:
        raise node.broken(f"approximates by {kind!r}", wanted="none or tanh")
    return _function(builder, node, x, kinds[kind])


@converts("Shrink", note="`Shrink` has a bias of 0 or of lambd")
def shrink(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """Shrink: x + bias below -lambd, x - bias above lambd, 0 in between."""
    edge, bias = node.real("lambd", 0.5), node.real("bias", 0.0)
    names = {0.0: "hardshrink", edge: "softshrink"}
    if edge < 0 or bias not in names:
        raise node.unsupported(
            f"shrinks by {bias:g} beyond {edge:g}", wanted=f"a bias of 0 or of lambd, {edge:g}"
        )
    return _function(builder, node, x, names[bias], edge)


@converts("Swish", note="`Swish` has an alpha other than 0")
def swish(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """Swish: x * sigmoid(alpha * x), which is silu(alpha * x) / alpha."""
    alpha = node.real("alpha", 1.0)
    if alpha == 1:
        return _function(builder, node, x, "silu")
    if alpha == 0:
        raise node.unsupported(
            "its alpha is 0", wanted="another one", way_out="Mul by 0.5 is the same"
        )
    steep = affine(builder, node, x, np.asarray(alpha), np.zeros(()))
    y = builder.add(node, Function(steep, "silu", layer=node.name))
    return affine(builder, node, y, np.ones(()), np.zeros(()), np.asarray(alpha))


@converts("Softplus")
def softplus(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return _function(builder, node, x, "softplus", 1.0, STEEP)


@converts("ThresholdedRelu")
def thresholded_relu(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return _function(builder, node, x, "threshold", node.real("alpha", 1.0), 0.0)


@converts("HardSigmoid")
def hard_sigmoid(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """max(0, min(1, alpha * x + beta))."""
    alpha = np.asarray(node.real("alpha", float(np.float32(0.2))))
    beta = np.asarray(node.real("beta", 0.5))
    line = affine(builder, node, x, alpha, beta)
    return builder.add(node, Clip(line, 0.0, 1.0, layer=node.name))


def _function(
    builder: OnnxBuilder, node: Node, x: Value, name: str, *parameters: float
) -> SSAValue:
    return builder.add(node, Function(real(node, x), name, parameters, layer=node.name))
