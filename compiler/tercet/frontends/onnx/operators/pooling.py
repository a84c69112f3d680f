"""Converters of pooling."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, tensor
from tercet.frontends.onnx.file.limits import require_shape
from tercet.frontends.onnx.grid import on_grid
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.window import window_of
from tercet.ir.families.spatial import Ints, Window
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.avg_pool import AvgPool


@converts("MaxPool", note="1 or 2 spatial axes; `ceil_mode`, `count_include_pad`")
def max_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = tensor(node, x)
    window = window_of(node, source, _kernel(node))
    op = MaxPool(
        source,
        kernel=window.kernel,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
        layer=node.name,
    )
    return builder.add(node, op)


@converts("GlobalMaxPool")
def global_max_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = tensor(node, x)
    kernel = _whole(node, shape_of(source))
    still, none = (1,) * len(kernel), ((0, 0),) * len(kernel)
    op = MaxPool(source, kernel=kernel, stride=still, padding=none, dilation=still, layer=node.name)
    return builder.add(node, op)


@converts("AveragePool", note="`AveragePool` without dilation")
def average_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = on_grid(builder, node, real(node, x))
    window = window_of(node, source, _kernel(node))
    if max(window.dilation) > 1:
        raise node.unsupported("averages with dilation", wanted="dilations of 1")
    require_shape(node.name, window.extents(shape_of(source)[2:]))
    counts = _counts(node, window, shape_of(source)[2:])
    op = AvgPool(
        source,
        counts,
        kernel=window.kernel,
        stride=window.stride,
        padding=window.padding,
        layer=node.name,
    )
    return builder.add(node, op)


@converts("GlobalAveragePool")
def global_average_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source = on_grid(builder, node, real(node, x))
    kernel = _whole(node, shape_of(source))
    return averaged(builder, node, source, kernel, (1,) * len(kernel))


def averaged(builder: OnnxBuilder, node: Node, x: SSAValue, kernel: Ints, stride: Ints) -> SSAValue:
    """The means of windows without padding."""
    none = ((0, 0),) * len(kernel)
    window = Window(kernel, stride, none, (1,) * len(kernel))
    spatial = shape_of(x)[2:]
    if len(spatial) != len(kernel) or not window.is_legal() or min(window.extents(spatial)) < 1:
        raise node.broken(f"its window {kernel} over {spatial}", wanted="a smaller one")
    counts = np.full(window.extents(spatial), float(np.prod(kernel)))
    op = AvgPool(x, counts, kernel=kernel, stride=stride, padding=none, layer=node.name)
    return builder.add(node, op)


def _counts(node: Node, window: Window, spatial: Ints) -> FloatArray:
    """The divisor of each sum: the places of its window, with or without padding."""
    included = bool(node.integer("count_include_pad", 0))
    total = np.ones(())
    for i, n in enumerate(spatial):
        begin, end = window.padding[i]
        if included and node.text("auto_pad", "NOTSET") == "NOTSET":
            # places that ceil_mode adds do not count
            end = (node.integers("pads", (0,) * (2 * len(spatial))) or ())[len(spatial) + i]
        first = np.arange(window.extents(spatial)[i]) * window.stride[i] - begin
        low, high = (-begin, n + end) if included else (0, n)
        last = np.minimum(first + window.kernel[i], high)
        total = np.multiply.outer(total, last - np.maximum(first, low))
    if not total.all():
        raise node.unsupported("averages over padding alone", wanted="less padding")
    return total.astype(np.float64)


def _kernel(node: Node) -> Ints:
    return node.integers("kernel_shape") or ()


def _whole(node: Node, shape: Ints) -> Ints:
    if len(shape) not in (3, 4):
        raise node.unsupported(f"pools a tensor of shape {shape}", wanted="1 or 2 spatial axes")
    return shape[2:]
