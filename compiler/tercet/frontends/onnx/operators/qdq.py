"""QuantizeLinear and DequantizeLinear, of ONNX and of ONNXRuntime's own domain."""

from typing import Any

import numpy as np
from onnx import TensorProto
from onnx.helper import tensor_dtype_to_np_dtype
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, constant, scales
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.tensors import Array, integer_type
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.operators.constants import extents
from tercet.frontends.onnx.quantizing import dequantized, quantized, whole_zero
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, Int


@converts("QuantizeLinear", note="integers of 2 to 16 bits")
@converts("QuantizeLinear", domain=Domain.MICROSOFT)
def quantize_linear(
    builder: OnnxBuilder, node: Node, x: Value, scale: Value, zero: Value = None
) -> Value:
    steps, dtype = scales(node, scale), _dtype(node, zero)
    element = _element(node, dtype)
    clip = Interval.of(element)
    if isinstance(x, SSAValue):
        steps, point = _on_axis(node, steps, extents(builder, x)), whole_zero(node, zero)
        return quantized(builder, node, x, steps, point, clip, element, zero_after=True)
    # a constant is quantized in float32, as executors of the file do
    values = constant(node, x, "input").astype(np.float32)
    spread = _on_axis(node, steps, values.shape).astype(np.float32)
    points = _on_axis(node, _points(node, zero), values.shape)
    rounded = np.rint(values / spread)
    if not np.isfinite(values).all():
        raise node.broken("quantizes NaN or infinity", wanted="finite numbers")
    return np.asarray(np.clip(rounded + points, clip.low, clip.high).astype(dtype))


@converts("DequantizeLinear")
@converts("DequantizeLinear", domain=Domain.MICROSOFT)
def dequantize_linear(
    builder: OnnxBuilder, node: Node, q: Value, scale: Value, zero: Value = None
) -> Value:
    steps = scales(node, scale)
    if not isinstance(q, SSAValue):
        return integers(node, q, steps, zero)
    steps, point = _on_axis(node, steps, extents(builder, q)), whole_zero(node, zero)
    if is_real(q):  # 32-bit sums are reals here
        return affine(builder, node, q, steps, -steps * point)
    return dequantized(builder, node, q, steps, point)


def integers(node: Node, q: Value, steps: FloatArray, zero: Value) -> Integers:
    """A quantized constant, its zero point subtracted."""
    if not isinstance(q, np.ndarray) or integer_type(q.dtype) is None:
        raise node.unsupported("dequantizes a constant of reals", wanted="integers")
    points = _on_axis(node, _points(node, zero), q.shape).astype(np.int64)
    return Integers(np.asarray(q.astype(np.int64) - points), _on_axis(node, steps, q.shape))


def _dtype(node: Node, zero: Value) -> np.dtype[Any]:
    """The type of the integers, from the zero point or an attribute."""
    if isinstance(zero, np.ndarray):
        return zero.dtype
    kind = node.integer("output_dtype", 0) or TensorProto.UINT8
    if kind not in TensorProto.DataType.values():
        raise node.broken(f"output_dtype {kind}", wanted="a type of ONNX")
    return np.dtype(tensor_dtype_to_np_dtype(kind))


def _element(node: Node, dtype: np.dtype[Any]) -> Int:
    found = integer_type(dtype)
    if found is None or found.width.data > 16:
        raise node.unsupported(f"quantizes to {dtype.name}", wanted="integers of 2 to 16 bits")
    return found


def _points(node: Node, zero: Value) -> Array:
    if zero is None:
        return np.zeros((), np.float64)
    return constant(node, zero, "zero point").astype(np.float64)


def _on_axis(node: Node, values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Numbers shaped to broadcast: one for all, for each index of an axis, or for each block."""
    if values.size == 1:
        return values.reshape(())
    axis, rank = node.integer("axis", 1), len(shape)
    place = axis + rank if axis < 0 else axis
    if not 0 <= place < rank:
        raise node.broken(f"axis {axis} of a tensor of shape {shape}", wanted="one of its axes")
    block = node.integer("block_size", 0)
    if block:
        return _in_blocks(node, values, place, block, shape)
    if not values.size == max(values.shape) == shape[place]:
        raise node.broken(
            f"scales or zero points of shape {values.shape} on axis {axis} of shape {shape}",
            wanted="one for each index",
        )
    return values.reshape([-1 if i == place else 1 for i in range(rank)])


def _in_blocks(
    node: Node, values: FloatArray, place: int, block: int, shape: tuple[int, ...]
) -> FloatArray:
    """Numbers for each `block` elements along one axis, and for each index of the others."""
    wanted = tuple(-(-n // block) if i == place else n for i, n in enumerate(shape))
    if block < 1 or values.shape != wanted:
        raise node.broken(
            f"blocks of {block} with scales {values.shape} for a tensor of shape {shape}",
            wanted=f"{wanted}",
        )
    spread = np.repeat(values, min(block, shape[place]), axis=place)
    return spread[tuple(slice(n) for n in shape)]
