"""Normalizations by the statistics of the input."""

import numpy as np

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import axis_of
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.real.group_norm import RealGroupNorm
from tercet.ops.real.layer_norm import RealLayerNorm
from tercet.ops.real.rms_norm import RealRmsNorm

EPSILON = float(np.float32(1e-5))


@converts("LayerNormalization", note="over the last axes")
def layer_norm(
    builder: OnnxBuilder, node: Node, x: Value, gain: Value, offset: Value = None
) -> Value:
    source, epsilon = real(node, x), node.real("epsilon", EPSILON)
    row = _row(node, shape_of(source))
    factor = _fitting(node, gain, "scale", row)
    shift = np.zeros(()) if offset is None else _fitting(node, offset, "bias", row)
    op = RealLayerNorm(source, factor, shift, epsilon, axes=len(row), layer=node.name)
    return builder.add(node, op)


@converts("RMSNormalization")
def rms_norm(builder: OnnxBuilder, node: Node, x: Value, gain: Value) -> Value:
    source, epsilon = real(node, x), node.real("epsilon", EPSILON)
    row = _row(node, shape_of(source))
    factor = _fitting(node, gain, "scale", row)
    op = RealRmsNorm(source, factor, epsilon, axes=len(row), layer=node.name)
    return builder.add(node, op)


@converts("GroupNormalization")
def group_norm(builder: OnnxBuilder, node: Node, x: Value, gain: Value, offset: Value) -> Value:
    """Group norm; it has constants for each channel since version 21, for each group before."""
    groups, channels = node.integer("num_groups"), shape_of(real(node, x))[1]
    if groups < 1 or channels % groups:
        raise node.broken(f"{groups} groups of {channels} channels", way_out="they do not fit")
    each = 1 if node.version >= 21 else channels // groups
    constants = (np.repeat(reals(node, c, "scale or bias"), each) for c in (gain, offset))
    return _grouped(builder, node, x, groups, *constants)


@converts("InstanceNormalization")
def instance_norm(builder: OnnxBuilder, node: Node, x: Value, gain: Value, offset: Value) -> Value:
    constants = (reals(node, c, "scale or bias") for c in (gain, offset))
    return _grouped(builder, node, x, shape_of(real(node, x))[1], *constants)


def _grouped(
    builder: OnnxBuilder, node: Node, x: Value, groups: int, gain: FloatArray, offset: FloatArray
) -> Value:
    source, epsilon = real(node, x), node.real("epsilon", EPSILON)
    channels, *spatial = shape_of(source)[1:]
    if gain.shape != (channels,) or offset.shape != (channels,):
        raise node.broken(f"scale or bias of shape {gain.shape}", wanted=f"({channels},)")
    spread = (channels, *[1] * len(spatial))
    factor, shift = gain.reshape(spread), offset.reshape(spread)
    op = RealGroupNorm(source, groups, factor, shift, epsilon, layer=node.name)
    return builder.add(node, op)


def _row(node: Node, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a normalized row: the axes from `axis` to the last."""
    if node.real("epsilon", EPSILON) < 0:
        raise node.broken("its epsilon is below zero", wanted="0 or more")
    return shape[axis_of(node, node.integer("axis", -1), len(shape)) :]


def _fitting(node: Node, value: Value, what: str, row: tuple[int, ...]) -> FloatArray:
    found = reals(node, value, what)
    while found.ndim > len(row) and found.shape[0] == 1:
        found = found[0]
    if found.ndim > len(row) or np.broadcast_shapes(found.shape, row) != row:
        raise node.broken(f"its {what} has shape {found.shape}", wanted=f"{row}")
    return found
