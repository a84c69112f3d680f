"""Convolutions of one and two axes with everything they can be told, each behind a ReLU."""

from collections.abc import Sequence
from typing import Any

import brevitas.nn as qnn
import pytest
from tests.helpers.matrix.parts import (
    WEIGHTS,
    WIDTHS,
    Fan,
    FourBits,
    act,
    conv,
    conv1,
    entry,
    gains,
    groups,
    named,
    pixels,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import nn

CHANNELS = 4
WINDOWS: list[dict[str, Any]] = [
    {"kernel": 1},
    {"kernel": 3},
    {"kernel": 5},
    {"kernel": 3, "padding": 1},
    {"kernel": 5, "padding": 2},
    {"kernel": 3, "padding": 2},
    {"kernel": 3, "padding": "same"},
    {"kernel": 3, "padding": "valid"},
    {"kernel": 4, "padding": "same"},
    {"kernel": 3, "stride": 2, "padding": 1},
    {"kernel": 3, "stride": 3},
    {"kernel": 1, "stride": 2},
    {"kernel": 2, "stride": 2},
    {"kernel": 3, "dilation": 2},
    {"kernel": 3, "dilation": 2, "padding": 2, "stride": 2},
    {"kernel": 3, "groups": 2},
    {"kernel": 3, "groups": CHANNELS, "padding": 1},
    {"kernel": 5, "groups": CHANNELS, "stride": 2, "bias": True},
    {"kernel": 3, "padding": 1, "bias": True},
    {"kernel": 3, "padding": 1, "padding_mode": "zeros", "bias": True},
]
"""Of one axis and of two."""
UNEVEN: list[dict[str, Any]] = [
    {"kernel": (1, 3)},
    {"kernel": (3, 1), "padding": (1, 0)},
    {"kernel": (5, 2), "stride": (2, 1), "padding": (0, 1)},
    {"kernel": (3, 3), "dilation": (1, 2), "padding": (2, 1)},
    {"kernel": (2, 5), "groups": 2, "stride": (3, 2), "bias": True},
    {"kernel": (9, 7)},
]


@pytest.mark.corners
@pytest.mark.parametrize("windows", groups([*WINDOWS, *UNEVEN], 5), ids=named)
@pytest.mark.parametrize("weight", WIDTHS)
def test_a_convolution_of_two_axes(weight: str, windows: Sequence[dict[str, Any]]) -> None:
    layers = [conv(CHANNELS, 4, weight=WIDTHS[weight], **window) for window in windows]
    branches = [nn.Sequential(layer, nn.ReLU(), act()) for layer in layers]
    prove(Fan(entry(), *branches), samples(CHANNELS, 9, 7, rows=6))


@pytest.mark.parametrize("windows", groups(WINDOWS, 7), ids=named)
def test_a_convolution_of_one_axis(windows: Sequence[dict[str, Any]]) -> None:
    layers = [conv1(CHANNELS, 8, **window) for window in windows]
    branches = [nn.Sequential(layer, relu()) for layer in layers]
    prove(Fan(entry(), *branches), samples(CHANNELS, 13))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_convolutions_of_every_weight(weight: str) -> None:
    """Two in a row, with batch norm: scales per channel and per tensor, odd and not."""
    kind = WEIGHTS[weight]
    first = conv(3, 6, 3, kind, padding=1, bias=True), gains(6), relu()
    second = conv(6, 5, 3, kind, stride=2), gains(5), relu()
    prove(nn.Sequential(entry(), *first, *second), samples(3, 9, 8, rows=6))


@pytest.mark.parametrize("size", [(1, 5), (5, 1), (3, 3), (11, 13)])
def test_images_of_every_shape(size: tuple[int, int]) -> None:
    layers = conv(1, 5, 3, padding=1), relu(), conv(5, 7, 3, padding=1, stride=2), relu()
    prove(nn.Sequential(entry(), *layers), samples(1, *size, rows=20))


TRANSPOSED: list[dict[str, Any]] = [
    {"kernel_size": 2, "stride": 2},
    {"kernel_size": 3},
    {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
    {"kernel_size": 4, "stride": 2, "padding": 1, "bias": True},
    {"kernel_size": 3, "stride": 3, "dilation": 2},
    {"kernel_size": 3, "groups": 2, "padding": 1},
    {"kernel_size": 5, "groups": CHANNELS, "stride": 2},
]


def transposed(kind: Any, weight: Any, options: dict[str, Any]) -> Any:
    return kind(CHANNELS, 4, weight_quant=weight, **({"bias": False} | options))


@pytest.mark.parametrize("weight", WIDTHS)
def test_a_transposed_convolution_of_two_axes(weight: str) -> None:
    """With groups and a scale for each channel Brevitas itself fails."""
    options = [o for o in TRANSPOSED if weight == "4 bits" or "groups" not in o]
    layers = [transposed(qnn.QuantConvTranspose2d, WIDTHS[weight], o) for o in options]
    branches = [nn.Sequential(layer, nn.ReLU(), act()) for layer in layers]
    prove(Fan(entry(), *branches), samples(CHANNELS, 5, 4, rows=6))


def test_a_transposed_convolution_of_one_axis() -> None:
    layers = [transposed(qnn.QuantConvTranspose1d, FourBits, o) for o in TRANSPOSED]
    branches = [nn.Sequential(layer, nn.ReLU(), act()) for layer in layers]
    prove(Fan(entry(), *branches), samples(CHANNELS, 7, rows=8))


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_other_borders_than_zeros(mode: str) -> None:
    layer = conv(3, 5, 3, padding=1, padding_mode=mode)
    prove(nn.Sequential(entry(), layer, relu()), pixels(3, 6, 5, rows=8))
