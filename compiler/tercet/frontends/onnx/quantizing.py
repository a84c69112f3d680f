"""Quantizers of a file in the float dialect, for layers' results and constants."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, against, constant, real, reals
from tercet.frontends.onnx.node import Node
from tercet.ir.arithmetic.rounding import ROUNDINGS
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, Int
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize


def fake_quantized(
    builder: OnnxBuilder,
    node: Node,
    x: Value,
    scale: FloatArray,
    zero_point: int,
    clip: Interval,
    rounding: str = "half_even",
) -> Value:
    """`value` quantized and dequantized, as in QONNX: the zero point is added before rounding."""
    if rounding not in ROUNDINGS:
        raise node.unsupported(f"rounds {rounding}", wanted=f"one of {', '.join(ROUNDINGS)}")
    if not isinstance(x, SSAValue):
        # in float32, as executors of the file do
        values = constant(node, x, "input").astype(np.float32)
        position = values / scale.astype(np.float32) + np.float32(zero_point)
        rounded = ROUNDINGS[rounding].reference(np.clip(position, clip.low, clip.high))
        if not np.isfinite(rounded).all():
            raise node.broken("quantizes NaN", wanted="finite numbers")
        return Integers(np.asarray(rounded.astype(np.int64) - zero_point), scale)
    q = quantized(builder, node, x, scale, zero_point, clip, narrowest(clip), rounding)
    return dequantized(builder, node, q, scale, zero_point)


def quantized(
    builder: OnnxBuilder,
    node: Node,
    x: Value,
    scale: FloatArray,
    zero_point: int,
    clip: Interval,
    element: Int,
    rounding: str = "half_even",
    zero_after: bool = False,
) -> SSAValue:
    """The integers of a layer's result."""
    source = real(node, x)
    return builder.add(
        node,
        Quantize(
            source,
            against(builder, node, scale, source),
            zero_point,
            clip,
            element,
            layer=node.name,
            quantizer=node.outputs[0],
            rounding=rounding,
            zero_after=zero_after,
        ),
    )


def dequantized(
    builder: OnnxBuilder, node: Node, q: SSAValue, scale: FloatArray, zero_point: int
) -> SSAValue:
    """The reals that integers stand for."""
    steps = against(builder, node, scale, q)
    return builder.add(node, Dequantize(q, steps, zero_point, layer=node.name))


def whole_zero(node: Node, value: Value) -> int:
    """A zero point: one whole number for all channels."""
    if value is None:
        return 0
    found = np.unique(reals(node, value, "zero point"))
    if found.size != 1 or found[0] != np.rint(found[0]) or abs(found[0]) > 2**31:
        shown = ", ".join(f"{z:g}" for z in found[:4])
        raise node.unsupported(f"has zero points {shown}", wanted="one whole number for all")
    return int(found[0])
