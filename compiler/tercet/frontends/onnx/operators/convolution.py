"""Convolutions with quantized weights."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.weights import bias, per_output, weights
from tercet.frontends.onnx.window import LARGEST, explicit, halves, numbers, window_of
from tercet.ir.families.spatial import Ints, Pairs, Window
from tercet.ir.types import shape_of
from tercet.ops.real.conv import RealConv
from tercet.ops.real.conv_transpose import RealConvTranspose


@converts(
    "Conv",
    note=("1 or 2 spatial axes, constant weights: groups, dilation, strides, every `auto_pad`"),
)
def conv(builder: OnnxBuilder, node: Node, x: Value, w: Value, b: Value = None) -> Value:
    return convolved(builder, node, real(node, x), constant_weights(node, w), b)


def constant_weights(node: Node, value: Value) -> Integers:
    if isinstance(value, SSAValue):
        raise node.unsupported("its weights are the result of a layer", wanted="constants")
    found = weights(node, value)
    if found.values.ndim not in (3, 4):
        shape = found.values.shape
        raise node.unsupported(f"its weights have shape {shape}", wanted="1 or 2 spatial axes")
    return found


def convolved(
    builder: OnnxBuilder, node: Node, x: SSAValue, weight: Integers, offset: Value = None
) -> SSAValue:
    """The convolution of `x` with weights [O, I / groups, ..]."""
    window, groups = geometry(node, x, weight)
    shift, unit = bias(node, offset, len(weight.values))
    op = RealConv(
        x,
        weight.values,
        per_output(node, weight, 0),
        shift,
        unit,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
        groups=groups,
        layer=node.name,
    )
    return builder.add(node, op)


def geometry(node: Node, x: SSAValue, weight: Integers) -> tuple[Window, int]:
    """The window of a convolution over `x`, and its groups."""
    outputs, inputs, *_ = weight.values.shape
    window = window_of(node, x, _kernel(node, weight))
    return window, _groups(node, shape_of(x)[1], inputs, outputs)


@converts(
    "ConvTranspose", note="`ConvTranspose` by `output_padding`, not by a smaller output shape"
)
def conv_transpose(builder: OnnxBuilder, node: Node, x: Value, w: Value, b: Value = None) -> Value:
    source, weight = real(node, x), constant_weights(node, w)
    inputs, outputs, *_ = weight.values.shape
    groups = node.integer("group", 1)
    _groups(node, shape_of(source)[1], inputs // max(groups, 1), outputs * max(groups, 1))
    kernel = _kernel(node, weight)
    stride, dilation = numbers(node, "strides", kernel), numbers(node, "dilations", kernel)
    more = numbers(node, "output_padding", kernel, 0)
    bare = Window(kernel, stride, ((0, 0),) * len(kernel), dilation)
    spatial = shape_of(source)[2:]
    if not bare.is_legal() or min(more) < 0 or max(*kernel, *stride, *dilation, *more) > LARGEST:
        raise node.broken("a number of its window is out of range", wanted="1 or more")
    if len(spatial) != len(kernel):
        raise node.broken(f"a window {kernel} over {spatial}", wanted="as many axes")
    scale = per_output(node, weight, 1)
    shift, unit = bias(node, b, outputs * groups)
    op = RealConvTranspose(
        source,
        weight.values,
        np.tile(scale, groups) if scale.ndim else scale,
        shift,
        unit,
        stride=stride,
        padding=_removed(node, bare, spatial, more),
        dilation=dilation,
        groups=groups,
        output_padding=more,
        layer=node.name,
    )
    return builder.add(node, op)


def _removed(node: Node, window: Window, spatial: Ints, more: Ints) -> Pairs:
    """The places that a transposed convolution crops on both sides of each axis."""
    wish, mode = node.integers("output_shape"), node.text("auto_pad", "NOTSET")
    if wish is None and mode == "NOTSET":
        return explicit(node, len(spatial))
    if wish is None and mode == "VALID":
        return window.padding
    if wish is None:
        wish = tuple(n * step for n, step in zip(spatial, window.stride, strict=True))
    full = window.spread(spatial, more)
    totals = [n - target for n, target in zip(full, wish[-len(full) :], strict=True)]
    if min(totals) < 0:
        raise node.unsupported(
            f"asks for output shape {wish} of {full}", way_out="use output_padding"
        )
    # by the standard and ONNXRuntime, the odd place is in front except for SAME_UPPER
    return tuple(halves(total, mode == "SAME_UPPER") for total in totals)


def _kernel(node: Node, weight: Integers) -> Ints:
    kernel = weight.values.shape[2:]
    named = node.integers("kernel_shape", kernel)
    if named != kernel:
        raise node.broken(f"kernel_shape {named}", way_out=f"its weights have {kernel}")
    return kernel


def _groups(node: Node, channels: int, inputs: int, outputs: int) -> int:
    groups = node.integer("group", 1)
    if groups < 1 or inputs * groups != channels or outputs % groups:
        raise node.broken(
            f"{groups} groups of {inputs} channels to {outputs} outputs over {channels} channels",
            way_out="the numbers do not fit each other",
        )
    return groups
