"""Layers with weights, with every geometry that torch has."""

from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant import Int8WeightPerChannelFloat, Int8WeightPerTensorFloat
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import nn

from tercet.errors import UnsupportedError
from tercet.ir.module import steps_of
from tercet.ir.types import values_of
from tercet.ops.real.conv import RealConv
from tercet.quantizers import TernaryWeight

CONV1D: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": 1, "bias": True},
    {"kernel_size": 5, "padding": 2, "stride": 3},
    {"kernel_size": 3, "padding": "same", "dilation": 2},
    {"kernel_size": 4, "padding": "same"},
    {"kernel_size": 3, "groups": 4, "bias": True},
]
CONV2D: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": (1, 3), "padding": (0, 2), "bias": True},
    {"kernel_size": 3, "stride": 2, "padding": 1, "groups": 2},
    {"kernel_size": 3, "stride": (3, 1), "dilation": (1, 2)},
    {"kernel_size": 3, "groups": 4, "bias": True},
    {"kernel_size": (2, 4), "padding": "same"},
    {"kernel_size": 3, "padding": "valid"},
    {"kernel_size": 3, "padding": "same", "stride": 2},
]
TRANSPOSED: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1, "bias": True},
    {"kernel_size": 2, "stride": 3, "dilation": 2},
    {"kernel_size": 4, "stride": 2, "groups": 2, "weight_quant": Int8WeightPerTensorFloat},
]
PADDING_MODES = ("reflect", "replicate", "circular")


def options(given: dict[str, Any]) -> dict[str, Any]:
    torch.manual_seed(1)
    return {"weight_quant": Int8WeightPerChannelFloat, "bias": False, **given}


@pytest.mark.parametrize("given", CONV1D, ids=str)
def test_a_convolution_of_one_axis_is_torchs(given: dict[str, Any]) -> None:
    module = captured_and_equal(qnn.QuantConv1d(4, 8, **options(given)), example(4, 11))
    assert operators(module) == ["conv"]


@pytest.mark.parametrize("given", CONV2D, ids=str)
def test_a_convolution_of_two_axes_is_torchs(given: dict[str, Any]) -> None:
    module = captured_and_equal(qnn.QuantConv2d(4, 8, **options(given)), example(4, 7, 6))
    assert operators(module)[-1] == "conv"


@pytest.mark.parametrize("mode", PADDING_MODES)
def test_other_padding_modes_are_slices(mode: str) -> None:
    layer = qnn.QuantConv2d(4, 8, 3, padding=2, padding_mode=mode, **options({}))
    module = captured_and_equal(layer, example(4, 7, 6))
    assert set(operators(module)) == {"slice", "concat", "conv"}


@pytest.mark.parametrize("given", TRANSPOSED, ids=str)
def test_a_transposed_convolution_is_torchs(given: dict[str, Any]) -> None:
    wide = qnn.QuantConvTranspose2d(4, 6, **options(given))
    assert operators(captured_and_equal(wide, example(4, 5, 4))) == ["conv_transpose"]
    flat = qnn.QuantConvTranspose1d(4, 6, **options(given))
    assert operators(captured_and_equal(flat, example(4, 5))) == ["conv_transpose"]


def test_weights_and_scales_are_those_of_each_output() -> None:
    torch.manual_seed(2)
    layer = qnn.QuantConv2d(3, 5, 3, bias=False, weight_quant=TernaryWeight).eval()
    (conv,) = steps_of(captured_and_equal(layer, example(3, 5, 5)))
    assert isinstance(conv, RealConv)
    want = layer.quant_weight()
    assert values_of(conv.weight).tolist() == want.int().tolist()
    assert conv.scale.get_shape() == (5,)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_dense_layer_takes_the_last_axis(rank: int) -> None:
    layer = qnn.QuantLinear(6, 5, **options({"bias": True}))
    module = captured_and_equal(layer, example(*[3] * (rank - 1), 6))
    assert operators(module) == ["linear"]


def test_float_weights_are_refused_with_the_way_out() -> None:
    with pytest.raises(UnsupportedError, match="weights are floats; use the layer of"):
        captured_and_equal(nn.Conv2d(3, 4, 3), example(3, 5, 5))
