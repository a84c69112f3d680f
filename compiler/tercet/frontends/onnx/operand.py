"""A quantized operand of operator form: integers with their scale and zero point."""

from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, constant, scales, tensor
from tercet.frontends.onnx.file.tensors import Array, integer_type
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import dequantized, quantized, whole_zero
from tercet.frontends.onnx.weights import weights
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, Int


@dataclass(frozen=True)
class LayerIntegers:
    """Integers computed by a layer, with their scale and zero point."""

    q: SSAValue
    step: FloatArray
    """The only scale."""
    zero: int

    def real(self, builder: OnnxBuilder, node: Node) -> SSAValue:
        return dequantized(builder, node, self.q, self.step, self.zero)


def activation(node: Node, q: Value, scale: Value, zero: Value) -> LayerIntegers:
    source = tensor(node, q)
    if is_real(source):
        raise node.broken("its input holds reals", wanted="integers, of a QuantizeLinear or so")
    step = scales(node, scale) if scale is not None else np.ones(())
    if step.size != 1:
        raise node.unsupported(f"its input has {step.size} scales", wanted="one")
    return LayerIntegers(source, step.reshape(()), whole_zero(node, zero))


def integer_weights(node: Node, w: Value, scale: Value, zero: Value, axis: int) -> Integers:
    """Constant weights minus their zero points; scales and zero points lie along `axis`."""
    if isinstance(w, SSAValue) or not isinstance(w, np.ndarray) or integer_type(w.dtype) is None:
        raise node.unsupported("its weights are no constant integers", wanted="these")
    steps = scales(node, scale, "weight scale") if scale is not None else np.ones(())
    points = np.zeros(()) if zero is None else constant(node, zero, "zero point")
    values = w.astype(np.int64) - _along(node, points.astype(np.int64), w, axis)
    return weights(node, Integers(values, _along(node, steps, w, axis)))


def _along(node: Node, values: Array, w: Array, axis: int) -> Array:
    if values.size == 1:
        return values.reshape(())
    if values.size != w.shape[axis]:
        raise node.unsupported(
            f"{values.size} scales or zero points for weights of shape {w.shape}",
            wanted=f"one for each of {w.shape[axis]} outputs",
        )
    return values.reshape([-1 if i == axis % w.ndim else 1 for i in range(w.ndim)])


@dataclass(frozen=True)
class OutputQuantizer:
    """The quantizer of a result."""

    step: FloatArray
    zero: int
    element: Int

    @property
    def clip(self) -> Interval:
        return Interval.of(self.element)

    def quantize(self, builder: OnnxBuilder, node: Node, x: SSAValue) -> SSAValue:
        """`x` quantized in ONNX' association."""
        return quantized(
            builder, node, x, self.step, self.zero, self.clip, self.element, zero_after=True
        )


def target(node: Node, scale: Value, zero: Value) -> OutputQuantizer:
    """The quantizer from a scale and a zero point, whose type is the result's."""
    step = scales(node, scale, "output scale")
    kind = np.dtype(np.uint8) if zero is None else constant(node, zero, "output zero point").dtype
    element = integer_type(kind)
    if element is None or step.size != 1:
        raise node.unsupported("its result has several scales", wanted="one, and a zero point")
    return OutputQuantizer(step.reshape(()), whole_zero(node, zero), element)
