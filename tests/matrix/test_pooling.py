"""Pools of one and two axes, on quantized tensors and on sums."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.helpers.matrix.parts import (
    Does,
    Fan,
    Shifted,
    Signed,
    act,
    conv,
    conv1,
    entry,
    gains,
    groups,
    linear,
    named,
    norm,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

LARGEST: list[nn.Module] = [
    nn.MaxPool2d(2),
    nn.MaxPool2d(3, 2, 1),
    nn.MaxPool2d(3, 1),
    nn.MaxPool2d((2, 3), (3, 1), (1, 0)),
    nn.MaxPool2d(2, ceil_mode=True),
    nn.MaxPool2d(3, 2, 1, ceil_mode=True),
    nn.MaxPool2d(2, dilation=2),
    nn.AdaptiveMaxPool2d(1),
    nn.AdaptiveMaxPool2d((2, 3)),
]
MEANS: list[nn.Module] = [
    nn.AvgPool2d(2),
    nn.AvgPool2d(3, 2, 1),
    nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    nn.AvgPool2d((2, 3), (3, 1), (1, 0)),
    nn.AvgPool2d(2, ceil_mode=True),
    nn.AvgPool2d(3, 2, 1, ceil_mode=True),
    nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
    nn.AvgPool2d(2, divisor_override=3),
    nn.AdaptiveAvgPool2d(1),
    nn.AdaptiveAvgPool2d((2, 3)),
]
OF_ONE_AXIS: list[nn.Module] = [
    nn.MaxPool1d(2),
    nn.MaxPool1d(3, 2, 1),
    nn.MaxPool1d(2, 3, dilation=2, ceil_mode=True),
    nn.AvgPool1d(3),
    nn.AvgPool1d(3, 2, 1, count_include_pad=False),
    nn.AvgPool1d(4, 3, 2, ceil_mode=True),
    nn.AdaptiveMaxPool1d(3),
    nn.AdaptiveAvgPool1d(4),
    nn.AdaptiveAvgPool1d(1),
]


@pytest.mark.corners
@pytest.mark.parametrize("pools", groups([*LARGEST, *MEANS], 7), ids=named)
@pytest.mark.parametrize("first", [Signed, Shifted])
def test_a_pool_of_a_quantized_tensor(first: Any, pools: Sequence[nn.Module]) -> None:
    branches = [nn.Sequential(pool, act()) for pool in pools]
    prove(Fan(entry(first), *branches), samples(2, 9, 7))


@pytest.mark.parametrize("pools", groups(LARGEST, 5), ids=named)
def test_the_largest_of_sums(pools: Sequence[nn.Module]) -> None:
    """Batch norm of both signs in front: the pool moves behind the quantizer."""
    branches = [nn.Sequential(conv(2, 3), norm(3), pool, gains(3), relu()) for pool in pools]
    prove(Fan(entry(), *branches), samples(2, 11, 9, rows=8))


def test_a_pool_of_one_axis() -> None:
    branches = [nn.Sequential(pool, act()) for pool in OF_ONE_AXIS]
    prove(Fan(entry(), *branches), samples(3, 11))
    branches = [nn.Sequential(conv1(3, 4), relu(), pool, relu()) for pool in OF_ONE_AXIS]
    prove(Fan(entry(), *branches), samples(3, 13))


def test_pools_without_a_quantizer_behind_them() -> None:
    """The sums of the last mean go to the host."""
    prove(Fan(entry(), nn.AvgPool2d(3, 2), nn.MaxPool2d(2)), samples(2, 7, 7))
    layers = conv(2, 4), relu(), nn.MaxPool2d(2), nn.AvgPool2d(2), nn.Flatten(), act(), linear(4, 3)
    prove(nn.Sequential(entry(), *layers), samples(2, 6, 6))


FUNCTIONS: dict[str, Any] = {
    "functional.max_pool2d": lambda x: functional.max_pool2d(x, 2),
    "functional.avg_pool2d": lambda x: functional.avg_pool2d(x, 3, 2, 1),
    "functional.adaptive_avg_pool2d": lambda x: functional.adaptive_avg_pool2d(x, (1, 1)),
    "functional.adaptive_max_pool2d": lambda x: functional.adaptive_max_pool2d(x, 2),
    "mean": lambda x: x.mean((2, 3)),
    "mean, one axis": lambda x: x.mean(3),
    "mean, kept": lambda x: x.mean((-1, -2), keepdim=True),
    "mean, channels": lambda x: x.mean(1),
    "sum": lambda x: x.sum((2, 3)),
    "sum, one axis": lambda x: x.sum(dim=2, keepdim=True) / 7,
    "amax": lambda x: x.amax((2, 3)),
    "max": lambda x: x.max(dim=2).values,
}


@pytest.mark.parametrize("names", groups(list(FUNCTIONS), 7), ids=named)
def test_a_function_that_pools(names: Sequence[str]) -> None:
    first, second = ([act() for _ in names] for _ in range(2))

    def do(m: Any, x: Tensor) -> Any:
        y = m.relu(m.conv(x))
        pools = [FUNCTIONS[name] for name in names]
        return (
            *(quantize(pool(x)) for quantize, pool in zip(m.first, pools, strict=True)),
            *(quantize(pool(y)) for quantize, pool in zip(m.second, pools, strict=True)),
        )

    layers = {"conv": conv(3, 4, padding=1), "relu": relu()}
    model = Does(do, first=nn.ModuleList(first), second=nn.ModuleList(second), **layers)
    prove(nn.Sequential(act(), model), samples(3, 8, 7))
