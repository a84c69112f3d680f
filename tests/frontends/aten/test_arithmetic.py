"""Sums, products and functions of each element."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as fn
from tests.frontends.faithful import captured, example, operators
from torch import nn

ROW, COLUMN = torch.tensor([0.5, -2.0, 3.0, 0.25, 1.0]), torch.tensor([[1.5], [-1.0], [0.7]])
ONE: list[Callable[..., Any]] = [
    lambda x: 2 * x - torch.tensor([1.0]),
    lambda x: 1 - x,
    lambda x: x / 3 + 2,
    lambda x: -x,
    lambda x: x + ROW,
    lambda x: x * COLUMN,
    lambda x: ROW - x / COLUMN,
    lambda x: x[:, :1] * COLUMN + ROW,
    lambda x: x + x,
    lambda x: x**2 + x.square(),
    lambda x: (x.abs() + 1) ** 0.5,
    lambda x: 1 / (x * x + 1),
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: fn.relu6(3 * x),
    lambda x: x.clamp(min=0.1),
    lambda x: torch.clip(x, max=0.3),
    lambda x: torch.maximum(x, torch.tensor(0.2)),
    lambda x: torch.minimum(x, torch.tensor(0.2)),
    lambda x: x.masked_fill(torch.ones(3, 5).tril() == 0, -7.0),
    lambda x: torch.where(torch.ones(3, 5).triu() == 1, x, 2.0),
    lambda x: x + torch.ones_like(x) - torch.full_like(x, 2.0),
    lambda x: x + x.new_zeros(5) - x.new_ones(5) * x.new_full((3, 5), 2.0),
    lambda x: torch.clamp_min(torch.clamp_max(x, 0.5), -0.3),
    lambda x: torch.rsub(x, ROW),
    lambda x: torch.where(torch.ones(5) == 1, x, torch.zeros(5, dtype=x.dtype)) + x,
    lambda x: x.masked_fill(torch.eye(3, 5) == 1, torch.tensor(2.0, dtype=x.dtype)),
    lambda x: torch.erf(x) + torch.exp(x) + torch.log(x.abs() + 1) + torch.sign(x),
    lambda x: torch.sqrt(x * x + 1).type_as(x),
    lambda x: torch.cat([torch.zeros(x.shape[0], 1, 5, dtype=x.dtype), x], 1),
]
TWO: list[Callable[..., Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - 2 * b,
    lambda a, b: torch.sub(a, b, alpha=3),
    lambda a, b: (a + b) / 2,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a + b.mean(-1, keepdim=True),
    lambda a, b: a[:, :1] * b[:, :, :1],
    lambda a, b: torch.addcmul(a, a, b, value=2),
    lambda a, b: torch.lerp(a, b, 0.3),
    lambda a, b: (a * 1).add_(b).mul_(a),
]
ACTIVATIONS: list[nn.Module] = [
    nn.ReLU(),
    nn.ReLU(inplace=True),
    nn.ReLU6(),
    nn.LeakyReLU(0.2),
    nn.PReLU(),
    nn.PReLU(3),
    nn.RReLU(),
    nn.ELU(0.7),
    nn.SELU(),
    nn.CELU(0.7),
    nn.GELU(),
    nn.GELU(approximate="tanh"),
    nn.SiLU(),
    nn.Mish(),
    nn.Hardswish(),
    nn.Sigmoid(),
    nn.LogSigmoid(),
    nn.Hardsigmoid(),
    nn.Tanh(),
    nn.Tanhshrink(),
    nn.Hardtanh(-0.5, 0.7),
    nn.Softplus(),
    nn.Softplus(2.0, 1.0),
    nn.Softsign(),
    nn.Threshold(0.1, 0.2),
]


@pytest.mark.parametrize("index", range(len(ONE)))
def test_a_function_with_constants_is_torchs(index: int) -> None:
    captured(ONE[index], example(3, 5))


@pytest.mark.parametrize("index", range(len(TWO)))
def test_a_function_of_two_tensors_is_torchs(index: int) -> None:
    captured(TWO[index], example(3, 5), example(3, 5, seed=1))


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_an_activation_is_torchs_on_every_layout(layer: nn.Module) -> None:
    for shape in ((3,), (3, 5), (3, 4, 5)):
        module = captured(layer, example(*shape))
        assert set(operators(module)) <= {"relu", "clip", "leaky_relu", "function", "affine", "add"}


@pytest.mark.parametrize("shape", [(6,), (6, 5), (6, 4, 5)], ids=str)
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_is_torchs_on_every_layout(shape: tuple[int, ...], affine: bool) -> None:
    torch.manual_seed(5)
    norm = (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(6, affine=affine)
    for name, value in norm.state_dict().items():
        if value.is_floating_point():
            value.copy_(torch.rand(6) + 0.1 if name == "running_var" else torch.randn(6))
    assert operators(captured(norm, example(*shape))) == ["batch_norm"]


def test_a_constant_that_changes_nothing_leaves_nothing() -> None:
    assert operators(captured(lambda x: (x + torch.zeros(5)) * 1, example(3, 5))) == []
