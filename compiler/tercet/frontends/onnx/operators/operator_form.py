"""Layers in operator form, with integer operands, weights and results."""

from dataclasses import dataclass, replace

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, constant
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operand import (
    LayerIntegers,
    OutputQuantizer,
    activation,
    integer_weights,
    target,
)
from tercet.frontends.onnx.operators.channels_last import converted
from tercet.frontends.onnx.operators.convolution import constant_weights, convolved, geometry
from tercet.frontends.onnx.operators.linear import linear, matrix, product, transposed
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.weights import per_output
from tercet.ir.types import FloatArray, IntArray, shape_of
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.real.ort_requantize import OrtRequantize


@dataclass(frozen=True)
class WeightedLayer:
    """A layer with weights, whose first axis is the outputs'."""

    x: LayerIntegers
    weight: Integers
    bias: IntArray | None

    def offset(self, node: Node) -> Integers | None:
        """The bias with its scale, the product of the operands' scales."""
        if self.bias is None:
            return None
        return Integers(self.bias, np.asarray(self.x.step * per_output(node, self.weight, 0)))

    def factor(self, node: Node, to: OutputQuantizer) -> FloatArray:
        """The factor as ONNXRuntime computes it, each product and quotient rounded to float32."""
        scale = per_output(node, self.weight, 0).astype(np.float32)
        both = np.float32(self.x.step) * scale
        return np.asarray(both / np.float32(to.step), np.float64)


@converts("QLinearConv", domain=Domain.MICROSOFT)
def nhwc_conv(builder: OnnxBuilder, node: Node, x: Value, *rest: Value) -> Value:
    """ONNXRuntime's convolution, whose channels may be last; its weights have them first."""
    if not node.integer("channels_last", 0):
        return qlinear_conv(builder, node, x, *rest)
    # the quantized tensor has another order of axes than the file's, so it gets no name
    unnamed = replace(node, outputs=("",))
    return converted(builder, unnamed, qlinear_conv, x, *rest)


@converts(
    "QLinearConv",
    note=(
        "weights of integers less their zero point within 8 bits; exact reals, "
        "or ONNXRuntime's float32 with `--semantics ort`"
    ),
)
def qlinear_conv(
    builder: OnnxBuilder,
    node: Node,
    *operands: Value,
) -> Value:
    """Operands: x, its scale and zero point, the same of w and of y without y itself, bias."""
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, b, *_ = (*operands, None)
    source, to = activation(node, x, x_scale, x_zero), target(node, y_scale, y_zero)
    weight = constant_weights(node, integer_weights(node, w, w_scale, w_zero, 0))
    layer = WeightedLayer(source, weight, _bias(node, b))
    if not builder.ort:
        real = layer.x.real(builder, node)
        y = convolved(builder, node, real, layer.weight, layer.offset(node))
        return to.quantize(builder, node, y)
    window, groups = geometry(node, layer.x.q, weight)
    acc = Conv(
        layer.x.q,
        weight.values,
        layer.bias,
        layer.x.zero,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
        groups=groups,
        layer=node.name,
    )
    factor = layer.factor(node, to)
    spread = factor.reshape(-1, *[1] * len(window.kernel)) if factor.ndim else factor
    return _as_ort(builder, node, builder.add(node, acc), spread, to)


@converts("QLinearMatMul")
@converts("QLinearMatMul", domain=Domain.MICROSOFT)
def qlinear_matmul(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = operands
    to = target(node, y_scale, y_zero)
    left = activation(node, a, a_scale, a_zero)
    if isinstance(b, SSAValue):
        if builder.ort:
            raise node.unsupported("multiplies two layers' results", wanted="--semantics ideal")
        right = activation(node, b, b_scale, b_zero)
        y = product(builder, node, left.real(builder, node), right.real(builder, node))
        return to.quantize(builder, node, y)
    weight = transposed(matrix(node, integer_weights(node, b, b_scale, b_zero, -1)))
    return _dense(builder, node, WeightedLayer(left, weight, None), to)


@converts("QGemm", domain=Domain.MICROSOFT)
def qgemm(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    """QGemm: QLinearMatMul with a bias; without an output scale its results are reals."""
    a, a_scale, a_zero, b, b_scale, b_zero, c, y_scale, y_zero, *_ = (*operands, None, None, None)
    if node.integer("transA", 0):
        raise node.unsupported("transposes its input", wanted="transA=0: the batch comes first")
    x, rows = activation(node, a, a_scale, a_zero), bool(node.integer("transB", 0))
    weight = matrix(node, integer_weights(node, b, b_scale, b_zero, 0 if rows else -1))
    alpha = node.real("alpha", 1.0)
    if alpha <= 0 or (alpha != 1 and builder.ort):
        raise node.unsupported(f"multiplies by alpha {alpha:g}", wanted="1")
    weight = weight if rows else transposed(weight)
    layer = WeightedLayer(x, Integers(weight.values, weight.scale * alpha), _bias(node, c))
    if y_scale is None:
        return linear(builder, node, x.real(builder, node), layer.weight, layer.offset(node))
    return _dense(builder, node, layer, target(node, y_scale, y_zero))


def _dense(builder: OnnxBuilder, node: Node, layer: WeightedLayer, to: OutputQuantizer) -> SSAValue:
    if not builder.ort:
        y = linear(builder, node, layer.x.real(builder, node), layer.weight, layer.offset(node))
        return to.quantize(builder, node, y)
    q = layer.x.q
    if shape_of(q)[-1] != layer.weight.values.shape[1]:
        raise node.broken(f"x has shape {shape_of(q)}", way_out="its weights want another one")
    acc = Linear(q, layer.weight.values, layer.bias, layer.x.zero, layer=node.name)
    return _as_ort(builder, node, builder.add(node, acc), layer.factor(node, to), to)


def _as_ort(
    builder: OnnxBuilder, node: Node, acc: SSAValue, factor: FloatArray, to: OutputQuantizer
) -> SSAValue:
    op = OrtRequantize(
        acc,
        factor,
        to.zero,
        to.clip,
        to.element,
        layer=node.name,
        quantizer=node.outputs[0],
        scale=float(to.step),
    )
    return builder.add(node, op)


@converts("ConvInteger")
def conv_integer(
    builder: OnnxBuilder, node: Node, x: Value, w: Value, x_zero: Value = None, w_zero: Value = None
) -> Value:
    """ConvInteger: the integer sums, as reals."""
    source = activation(node, x, None, x_zero)
    weight = constant_weights(node, integer_weights(node, w, None, w_zero, 0))
    return convolved(builder, node, source.real(builder, node), weight)


@converts("MatMulInteger")
def matmul_integer(
    builder: OnnxBuilder, node: Node, a: Value, b: Value, a_zero: Value = None, b_zero: Value = None
) -> Value:
    left = activation(node, a, None, a_zero)
    if isinstance(b, SSAValue):
        right = activation(node, b, None, b_zero).real(builder, node)
        return product(builder, node, left.real(builder, node), right)
    weight = transposed(matrix(node, integer_weights(node, b, None, b_zero, -1)))
    return linear(builder, node, left.real(builder, node), weight)


def _bias(node: Node, value: Value) -> IntArray | None:
    if value is None:
        return None
    found = constant(node, value, "bias")
    if found.dtype.kind != "i":
        raise node.broken("its bias is not made of integers", wanted="INT32")
    return found.astype(np.int64).reshape(-1)
