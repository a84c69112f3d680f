"""MultiThreshold, FINN's quantizer: the number of thresholds that an element reaches."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.operators.qonnx import SIGN, require_attributes
from tercet.frontends.onnx.quantizing import dequantized, quantized
from tercet.frontends.onnx.registry import converts
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.real.staircase import Staircase

ONE = np.ones(())
FINEST = 16
LAYOUTS = {2: "NC", 3: "NWC", 4: "NCHW"}
"""The default layout by the number of axes."""


@dataclass(frozen=True)
class CountGrid:
    """The node's result step * (repeats * count - zero) for a count of reached thresholds."""

    step: float
    zero: int
    repeats: int
    """The increase of the integer by one threshold."""


@converts(
    "MultiThreshold",
    domain=Domain.QONNX,
    note=(
        "any thresholds, an `out_scale` above zero, an `out_bias` of its multiples, and any layout"
    ),
)
def multi_threshold(builder: OnnxBuilder, node: Node, x: Value, thresholds: Value) -> Value:
    """out_scale * (number of thresholds that x reaches) + out_bias; out_dtype is ignored."""
    require_attributes(node, "out_dtype", "out_scale", "out_bias", "data_layout")
    source = real(node, x)
    rows = np.sort(_rows(node, source, reals(node, thresholds, "thresholds")), axis=1)
    grid = _grid(node)
    spread = _spread(node, source, len(rows))
    steps = _even(rows)
    if len(rows[0]) == 1 and grid.repeats == 2:
        y = affine(builder, node, source, ONE, -spread(rows[:, 0]))
        q = quantized(builder, node, y, ONE, 0, SIGN, narrowest(SIGN), "sign")
        return dequantized(builder, node, q, np.asarray(grid.step), grid.zero - 1)
    clip = Interval(0, rows.shape[1] * grid.repeats)
    if steps is not None and grid.repeats == 1:
        y = affine(builder, node, source, ONE, -spread(rows[:, 0]))
        q = quantized(
            builder, node, y, spread(steps), 1, clip, narrowest(clip), "floor", zero_after=True
        )
    else:
        table = np.repeat(rows, grid.repeats, axis=1)
        numbers = spread(np.arange(len(rows), dtype=np.float64))
        stairs = builder.add(node, Staircase(source, table, numbers, layer=node.name))
        q = quantized(builder, node, stairs, ONE, 0, clip, narrowest(clip), "floor")
    return dequantized(builder, node, q, np.asarray(grid.step), grid.zero)


def _rows(node: Node, x: SSAValue, found: FloatArray) -> FloatArray:
    """The thresholds, [channels or 1, steps]."""
    channels = shape_of(x)[_channel_axis(node, x)]
    if found.ndim != 2 or len(found) not in (1, channels) or not found.shape[1]:
        raise node.broken(
            f"thresholds of shape {found.shape} for a tensor of shape {shape_of(x)}",
            wanted=f"(1 or {channels}, steps)",
        )
    return found


def _channel_axis(node: Node, x: SSAValue) -> int:
    """The axis of the channels, by the rule of QONNX' executor."""
    rank = len(shape_of(x))
    layout = node.text("data_layout", "") or LAYOUTS.get(rank, "NC")
    axis = layout.find("C") if "C" in layout else 1
    if not 0 < axis < rank:
        raise node.unsupported(
            f"its channels are axis {axis} of {rank} in data_layout {layout}",
            wanted="another axis than the batch",
        )
    return axis


def _spread(node: Node, x: SSAValue, rows: int) -> "PerChannel":
    axis, rank = _channel_axis(node, x), len(shape_of(x))
    return PerChannel((), 1) if rows == 1 else PerChannel((-1, *[1] * (rank - 1 - axis)), rows)


@dataclass(frozen=True)
class PerChannel:
    """The row of each channel, in a shape that broadcasts against the channels."""

    shape: tuple[int, ...]
    rows: int

    def __call__(self, values: FloatArray) -> FloatArray:
        return values.reshape(self.shape)


def _grid(node: Node) -> CountGrid:
    """The grid of the results, fine enough for the bias: 2 * count - 1 has steps of 1."""
    scale, bias = Fraction(node.real("out_scale", 1.0)), Fraction(node.real("out_bias", 0.0))
    if scale <= 0:
        raise node.unsupported(f"its out_scale is {float(scale):g}", wanted="one above zero")
    ratio = -bias / scale
    if ratio.denominator > FINEST:
        raise node.unsupported(
            f"its out_bias {float(bias):g} is no multiple of a part of out_scale {float(scale):g}",
            way_out="put the bias into an Add behind it",
        )
    repeats = ratio.denominator
    return CountGrid(float(scale / repeats), ratio.numerator, repeats)


def _even(rows: FloatArray) -> FloatArray | None:
    """The distance between thresholds of each row; None if it is not constant in a row."""
    if rows.shape[1] == 1:
        return np.ones(len(rows))
    steps = rows[:, 1] - rows[:, 0]
    if not (steps > 0).all() or not np.allclose(np.diff(rows), steps[:, None], rtol=1e-12, atol=0):
        return None
    exact = all(
        Fraction(t) == Fraction(row[0]) + i * Fraction(step)
        for row, step in zip(rows.tolist(), steps.tolist(), strict=True)
        for i, t in enumerate(row)
    )
    return steps if exact else None
