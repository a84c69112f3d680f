"""Batch norm before and after the activation, of every gain; folded into no weight."""

from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import (
    WIDTHS,
    Fan,
    act,
    conv,
    conv1,
    entry,
    gains,
    linear,
    norm,
    pixels,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import nn


def odd(features: int, dimensions: int) -> Any:
    """Gains of both signs, one of zero, one channel that never varies."""
    layer = norm(features, dimensions)
    with torch.no_grad():
        layer.weight[0] = 0
        layer.weight[1] = -abs(layer.weight[1])
    return layer


class Still(nn.Module):
    """Multiplies one channel by zero: its variance is zero."""

    def __init__(self, features: int, dimensions: int) -> None:
        super().__init__()
        mask = torch.ones(features, *[1] * dimensions)
        mask[2] = 0
        self.mask: Any
        self.register_buffer("mask", mask)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = x * self.mask
        return found


@pytest.mark.parametrize("weight", WIDTHS)
def test_behind_a_convolution(weight: str) -> None:
    kind = WIDTHS[weight]
    branches = [
        nn.Sequential(conv(3, 6, weight=kind), odd(6, 2), relu()),
        nn.Sequential(conv(3, 6, weight=kind), nn.ReLU(), odd(6, 2), act()),
        nn.Sequential(conv(3, 6, weight=kind), relu(), odd(6, 2), act()),
        nn.Sequential(conv(3, 6, weight=kind), odd(6, 2), nn.ReLU(), odd(6, 2), act()),
        nn.Sequential(conv(3, 6, weight=kind), nn.BatchNorm2d(6, affine=False), act()),
    ]
    prove(Fan(entry(), *branches), samples(3, 7, 6))


@pytest.mark.parametrize("weight", WIDTHS)
def test_behind_a_linear_layer(weight: str) -> None:
    kind = WIDTHS[weight]
    branches = [
        nn.Sequential(linear(20, 6, kind), odd(6, 1), relu()),
        nn.Sequential(linear(20, 6, kind), nn.ReLU(), odd(6, 1), act()),
        nn.Sequential(linear(20, 6, kind), nn.Tanh(), odd(6, 1), act()),
        nn.Sequential(linear(20, 6, kind), act(), odd(6, 1)),
        nn.Sequential(linear(20, 6, kind), odd(6, 1)),
    ]
    prove(Fan(entry(), *branches), samples(20, rows=40))


def test_a_channel_without_variance() -> None:
    branches = [
        nn.Sequential(conv(3, 6, padding=1), Still(6, 2), norm(6), relu()),
        nn.Sequential(conv(3, 6, padding=1), norm(6), Still(6, 2), norm(6, seed=5), act()),
        nn.Sequential(relu(), conv(3, 4), Still(4, 2), nn.BatchNorm2d(4, eps=1e-3), act()),
    ]
    prove(Fan(entry(), *branches), samples(3, 7, 6))


def test_alone_on_an_input() -> None:
    prove(nn.Sequential(norm(3), act(), conv(3, 4), relu()), pixels(3, 6, 6))
    prove(nn.Sequential(norm(9, 1), act(), linear(9, 4), relu()), samples(9, rows=40))
    prove(nn.Sequential(entry(), norm(3), act(), conv(3, 4), relu()), pixels(3, 6, 6))


def test_before_a_function_that_turns() -> None:
    prove(nn.Sequential(entry(), conv(3, 3), odd(3, 2), nn.GELU(), act()), samples(3, 7, 6))


def test_of_one_axis() -> None:
    branches = [
        nn.Sequential(conv1(3, 6), odd(6, 1), relu()),
        nn.Sequential(conv1(3, 6), nn.ReLU(), odd(6, 1), nn.MaxPool1d(2), act()),
        nn.Sequential(norm(3, 1), act()),
    ]
    prove(Fan(entry(), *branches), samples(3, 12))


def test_two_in_a_row_and_between_pools() -> None:
    layers = conv(3, 5), gains(5), norm(5, seed=3), nn.MaxPool2d(2), gains(5), relu()
    prove(nn.Sequential(entry(), *layers), samples(3, 8, 8))


def test_other_norms() -> None:
    """Integer algorithms of their own between two quantizers."""
    branches = [nn.LayerNorm(8), nn.LayerNorm((4, 8)), nn.RMSNorm(8), nn.GroupNorm(2, 4)]
    proof = prove(Fan(entry(), *(nn.Sequential(n, act()) for n in branches)), samples(4, 8))
    assert {"layer_norm", "rms_norm"} <= set(proof.operators)
