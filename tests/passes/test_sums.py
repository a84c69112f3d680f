"""Sums of products on integers keep the model's scales and biases; the audit compares them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.passes.test_regions import proven
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet import passes
from tercet.errors import UnsupportedError
from tercet.ir.evaluate import evaluate
from tercet.ir.families.real import real_tensor
from tercet.ir.host.boundary import quantize_inputs
from tercet.ir.interval import Interval
from tercet.ir.module import build, outputs_of
from tercet.ir.op import LayerOp
from tercet.ir.types import SI8, UI8, FloatArray
from tercet.ops.real.add import RealAdd
from tercet.ops.real.conv import RealConv
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize
from tercet.ops.reshape import Reshape
from tercet.ops.transpose import Transpose
from tercet.passes.proofs.layers import same_layers

Body = Callable[[SSAValue], Sequence[LayerOp]]
UNLIKE = np.array([0.0113, 0.0227, 0.0419], np.float32).astype(np.float64)
BIAS = np.array([300.0, 200.0, -400.0])


def grid(scale: FloatArray, body: Body, *row: int) -> ModuleOp:
    """`body` of an input quantized by `scale`, then a quantizer."""

    def whole(x: SSAValue) -> Sequence[LayerOp]:
        q = Quantize(x, scale, 0, Interval(0, 255), UI8, layer="entry")
        real = Dequantize(q.q, scale, 0, layer="entry")
        steps = body(real.x)
        size = np.asarray(float(np.float32(0.113)))
        end = Quantize(steps[-1].results[0], size, 0, Interval(-128, 127), SI8, layer="end")
        return [q, real, *steps, end, Dequantize(end.q, size, 0, layer="end")]

    return build([real_tensor((1, *row))], whole)


def depthwise(x: SSAValue, bias: FloatArray = BIAS, groups: int = 3) -> RealConv:
    """Its bias is whole on the grid of the first channel, and of no other."""
    weight = np.random.default_rng(0).integers(-3, 4, (3, 3 // groups, 2, 2))
    return RealConv(
        x,
        weight,
        np.asarray(0.5),
        bias,
        UNLIKE[0] * np.asarray(0.5),
        stride=(1, 1),
        padding=((0, 0), (0, 0)),
        dilation=(1, 1),
        groups=groups,
        layer="conv",
    )


def tokens(x: SSAValue) -> RealLinear:
    weight = np.random.default_rng(0).integers(-3, 4, (3, 5))
    return RealLinear(x, weight, np.asarray(0.5), BIAS, UNLIKE[0] * np.asarray(0.5), layer="fc")


def require_equal(captured: ModuleOp, *row: int) -> None:
    """The passes' network makes what the captured model makes, and is proven."""
    module = proven(captured)
    x = np.random.default_rng(1).random((50, *row)) * 3
    (want,) = (evaluate(captured, x)[value] for value in outputs_of(captured))
    (q,) = quantize_inputs(module, x)
    values = evaluate(module, q)
    (got,) = (values[value] for value in outputs_of(module))
    assert len(np.unique(got)) > 50
    np.testing.assert_array_equal(np.rint(want / np.float32(0.113)), got)


def test_a_bias_on_the_grid_of_one_channel_is_not_taken_for_whole_in_all() -> None:
    scale = UNLIKE.reshape(3, 1, 1)
    require_equal(grid(scale, lambda x: [depthwise(x)], 3, 4, 4), 3, 4, 4)


def test_a_bias_on_the_grid_of_one_token_is_not_taken_for_whole_in_all() -> None:
    require_equal(grid(UNLIKE.reshape(3, 1), lambda x: [tokens(x)], 3, 5), 3, 5)


def test_scales_that_move_on_the_way_to_the_layer_are_found() -> None:
    def turned(x: SSAValue) -> Sequence[LayerOp]:
        turn = Transpose(x, (0, 2, 1), layer="turn")
        return [turn, tokens(turn.y)]

    require_equal(grid(UNLIKE, turned, 5, 3), 5, 3)


def test_sums_that_move_before_they_are_rounded_are_compared() -> None:
    """A scale for each output channel, flattened to one for each place."""

    def flat(x: SSAValue) -> Sequence[LayerOp]:
        conv = depthwise(x)
        line = Reshape(conv.y, (27,), layer="flat")
        return [conv, line, RealAdd(line.y, line.y, layer="twice")]

    require_equal(grid(UNLIKE.reshape(3, 1, 1), flat, 3, 4, 4), 3, 4, 4)


def test_equal_scales_of_all_channels_are_one_scale() -> None:
    scale = np.full((3, 1, 1), UNLIKE[0])
    require_equal(grid(scale, lambda x: [depthwise(x, groups=1)], 3, 4, 4), 3, 4, 4)


def test_unlike_scales_that_meet_in_a_sum_are_refused() -> None:
    captured = grid(UNLIKE.reshape(3, 1, 1), lambda x: [depthwise(x, groups=1)], 3, 4, 4)
    with pytest.raises(UnsupportedError, match="conv: its input has a scale for each of 3 chann"):
        passes.run(captured)


@pytest.mark.parametrize("scale", [UNLIKE.reshape(3, 1, 1), UNLIKE[:1]])
@pytest.mark.parametrize("channel", [0, 2])
def test_a_bias_of_another_model_is_found(scale: FloatArray, channel: int) -> None:
    other = BIAS.copy()
    other[channel] += 1
    captured, changed = (
        grid(scale, lambda x, b=bias: [depthwise(x, b)], 3, 4, 4)  # type: ignore[misc]
        for bias in (BIAS, other)
    )
    _, findings = same_layers(captured, passes.run(changed, passes.SUMMATION))
    assert [(f.layer, f.channel) for f in findings] == [("conv", channel)]


def test_scales_of_another_model_are_found() -> None:
    """Of the input, channel by channel."""
    captured, changed = (
        grid(scale.reshape(3, 1, 1), lambda x: [depthwise(x)], 3, 4, 4)
        for scale in (UNLIKE, UNLIKE * np.array([1, 2, 1]))
    )
    _, findings = same_layers(captured, passes.run(changed, passes.SUMMATION))
    assert [(f.layer, f.channel) for f in findings] == [("conv", 1)]
