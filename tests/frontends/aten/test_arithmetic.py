"""Sums, products and functions of each element."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as fn
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import nn

ROW, COLUMN = torch.tensor([0.5, -2.0, 3.0, 0.25, 1.0]), torch.tensor([[1.5], [-1.0], [0.7]])
ONE: dict[str, Callable[..., Any]] = {
    "a scale and an offset": lambda x: 2 * x - torch.tensor([1.0]),
    "one minus x": lambda x: 1 - x,
    "a third and an offset": lambda x: x / 3 + 2,
    "negated": lambda x: -x,
    "a row added": lambda x: x + ROW,
    "a column as factor": lambda x: x * COLUMN,
    "a row minus x over a column": lambda x: ROW - x / COLUMN,
    "one channel on every place": lambda x: x[:, :1] * COLUMN + ROW,
    "added to itself": lambda x: x + x,
    "squares of both kinds": lambda x: x**2 + x.square(),
    "a root": lambda x: (x.abs() + 1) ** 0.5,
    "a reciprocal": lambda x: 1 / (x * x + 1),
    "a clamp": lambda x: x.clamp(-0.5, 0.5),
    "relu6": lambda x: fn.relu6(3 * x),
    "a clamp from below": lambda x: x.clamp(min=0.1),
    "a clip from above": lambda x: torch.clip(x, max=0.3),
    "the greater of x and a constant": lambda x: torch.maximum(x, torch.tensor(0.2)),
    "the smaller of x and a constant": lambda x: torch.minimum(x, torch.tensor(0.2)),
    "masked by a triangle": lambda x: x.masked_fill(torch.ones(3, 5).tril() == 0, -7.0),
    "chosen by a triangle": lambda x: torch.where(torch.ones(3, 5).triu() == 1, x, 2.0),
    "ones_like and full_like": lambda x: x + torch.ones_like(x) - torch.full_like(x, 2.0),
    "new_zeros, new_ones and new_full": lambda x: (
        x + x.new_zeros(5) - x.new_ones(5) * x.new_full((3, 5), 2.0)
    ),
    "clamp_min of clamp_max": lambda x: torch.clamp_min(torch.clamp_max(x, 0.5), -0.3),
    "rsub": lambda x: torch.rsub(x, ROW),
    "chosen everywhere": lambda x: (
        torch.where(torch.ones(5) == 1, x, torch.zeros(5, dtype=x.dtype)) + x
    ),
    "masked by a diagonal": lambda x: x.masked_fill(
        torch.eye(3, 5) == 1, torch.tensor(2.0, dtype=x.dtype)
    ),
    "erf, exp, log and sign": lambda x: (
        torch.erf(x) + torch.exp(x) + torch.log(x.abs() + 1) + torch.sign(x)
    ),
    "a square root": lambda x: torch.sqrt(x * x + 1).type_as(x),
    "beside zeros": lambda x: torch.cat([torch.zeros(x.shape[0], 1, 5, dtype=x.dtype), x], 1),
}
TWO: dict[str, Callable[..., Any]] = {
    "a sum": lambda a, b: a + b,
    "a difference with a factor": lambda a, b: a - 2 * b,
    "sub with alpha": lambda a, b: torch.sub(a, b, alpha=3),
    "the mean of two": lambda a, b: (a + b) / 2,
    "a product": lambda a, b: a * b,
    "a quotient": lambda a, b: a / (b * b + 1),
    "a mean beside a tensor": lambda a, b: a + b.mean(-1, keepdim=True),
    "an outer product": lambda a, b: a[:, :1] * b[:, :, :1],
    "addcmul": lambda a, b: torch.addcmul(a, a, b, value=2),
    "lerp": lambda a, b: torch.lerp(a, b, 0.3),
    "in place": lambda a, b: (a * 1).add_(b).mul_(a),
}
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


@pytest.mark.parametrize("name", ONE)
def test_a_function_with_constants_is_torchs(name: str) -> None:
    captured_and_equal(ONE[name], example(3, 5))


@pytest.mark.parametrize("name", TWO)
def test_a_function_of_two_tensors_is_torchs(name: str) -> None:
    captured_and_equal(TWO[name], example(3, 5), example(3, 5, seed=1))


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=str)
def test_an_activation_is_torchs_on_every_layout(layer: nn.Module) -> None:
    for shape in ((3,), (3, 5), (3, 4, 5)):
        module = captured_and_equal(layer, example(*shape))
        assert set(operators(module)) <= {"relu", "clip", "leaky_relu", "function", "affine", "add"}


@pytest.mark.parametrize("shape", [(6,), (6, 5), (6, 4, 5)], ids=str)
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_is_torchs_on_every_layout(shape: tuple[int, ...], affine: bool) -> None:
    torch.manual_seed(5)
    norm = (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(6, affine=affine)
    for name, value in norm.state_dict().items():
        if value.is_floating_point():
            value.copy_(torch.rand(6) + 0.1 if name == "running_var" else torch.randn(6))
    assert operators(captured_and_equal(norm, example(*shape))) == ["batch_norm"]


def test_a_constant_that_changes_nothing_leaves_nothing() -> None:
    assert operators(captured_and_equal(lambda x: (x + torch.zeros(5)) * 1, example(3, 5))) == []
