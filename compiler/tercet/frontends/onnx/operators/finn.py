"""Operators of FINN's streamlined networks, except thresholds."""

from math import prod

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals, tensor
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators import pooling
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.operators.channels_last import channels_first, channels_last
from tercet.frontends.onnx.operators.linear import linear
from tercet.frontends.onnx.operators.rounding import whole
from tercet.frontends.onnx.operators.trunc import require_grid
from tercet.frontends.onnx.reach import whole_reach
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.families.spatial import Window
from tercet.ir.types import shape_of
from tercet.ops.concat import Concat
from tercet.ops.pad import Pad
from tercet.ops.real.pad import RealPad
from tercet.ops.slice import Slice

ONE, ZERO = np.ones(()), np.zeros(())


@converts("DebugMarker", domain=Domain.QONNX)
def marker(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return x


@converts("XnorPopcountMatMul", domain=Domain.QONNX)
def xnor(builder: OnnxBuilder, node: Node, x: Value, w: Value) -> Value:
    """The number of equal bits: the sum of x * (2 w - 1) + (1 - w)."""
    bits = reals(node, w, "weight")
    if bits.ndim != 2 or not np.isin(bits, (0, 1)).all():
        raise node.broken("its weights are no matrix of 0 and 1", wanted="bits")
    weight = Integers((2 * bits.T - 1).astype(np.int64), ONE)
    agreed: Value = (1 - bits).sum(0)
    return linear(builder, node, real(node, x), weight, agreed)


@converts("QuantAvgPool2d", domain=Domain.QONNX)
def quant_avg_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """QuantAvgPool: the upper bits of sums of integers."""
    kernel, stride = node.integer("kernel"), node.integer("stride")
    source = real(node, x)
    require_grid(node, source, ONE)
    last = node.text("data_layout", "NCHW") == "NHWC"
    source = channels_first(builder, node, source) if last else source
    mean = pooling.averaged(builder, node, source, (kernel, kernel), (stride, stride))
    widest = (2 ** node.integer("ibits") - 1) * kernel * kernel
    dropped = max(widest.bit_length() - node.integer("obits"), 0)
    scaled = affine(
        builder, node, mean, np.asarray(float(kernel * kernel)), ZERO, np.asarray(2.0**dropped)
    )
    scaled = channels_last(builder, node, scaled) if last else scaled
    return whole(builder, node, scaled, "floor", whole_reach(scaled))


@converts("Im2Col", domain=Domain.QONNX)
def windows(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """The windows of (batch, H, W, C) at each place: (batch, H', W', kernel * C)."""
    source = tensor(node, x)
    kernel = node.integers("kernel_size") or ()
    stride = node.integers("stride") or ()
    dilation = node.integers("dilations", (1, 1)) or ()
    pads = node.integers("pad_amount", (0, 0, 0, 0)) or ()
    shape = shape_of(source)
    if not (len(shape) == len(pads) == 4) or {len(kernel), len(stride), len(dilation)} != {2}:
        raise node.broken(f"windows {kernel} of shape {shape}", wanted="two spatial axes")
    bare = Window(kernel, stride, ((0, 0), (0, 0)), dilation)
    if not bare.is_legal() or min(pads) < 0:
        raise node.broken("a number of its window is out of range", wanted="1 or more")
    padded = _padded(builder, node, source, ((pads[0], pads[2]), (pads[1], pads[3])))
    spatial = shape_of(padded)[1:3]
    extents = bare.extents(spatial)
    if min(extents) < 1 or prod(kernel) > 1024:
        raise node.broken(f"its window {kernel} over {spatial}", wanted="a smaller one")
    parts = [
        _place(builder, node, padded, (i * dilation[0], j * dilation[1]), extents, stride)
        for i in range(kernel[0])
        for j in range(kernel[1])
    ]
    return parts[0] if len(parts) == 1 else builder.add(node, Concat(parts, 3, layer=node.name))


def _padded(
    builder: OnnxBuilder, node: Node, x: SSAValue, sides: tuple[tuple[int, int], ...]
) -> SSAValue:
    if not any(map(any, sides)):
        return x
    every, value = [(0, 0), *sides, (0, 0)], node.integer("pad_value", 0)
    if is_real(x):
        return builder.add(node, RealPad(x, every, float(value), layer=node.name))
    return builder.add(node, Pad(x, every, value, layer=node.name))


def _place(
    builder: OnnxBuilder,
    node: Node,
    x: SSAValue,
    start: tuple[int, int],
    extents: tuple[int, ...],
    stride: tuple[int, ...],
) -> SSAValue:
    """One element of every window."""
    ends = [s + (n - 1) * step + 1 for s, n, step in zip(start, extents, stride, strict=True)]
    batch, *_, channels = shape_of(x)
    return builder.add(
        node,
        Slice(x, [0, *start, 0], [batch, *ends, channels], [1, *stride, 1], layer=node.name),
    )
