"""Pools, with every size that torch allows."""

from typing import Any

import pytest
import torch
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import nn

MAX: list[dict[str, Any]] = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 4, "stride": 3, "padding": 1, "ceil_mode": True},
    {"kernel_size": 2, "stride": 1, "dilation": 2},
]
AVG: list[dict[str, Any]] = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 4, "stride": 3, "padding": 2, "ceil_mode": True, "count_include_pad": False},
]


@pytest.mark.parametrize("given", MAX, ids=str)
def test_the_largest_of_windows_is_torchs(given: dict[str, Any]) -> None:
    assert operators(captured_and_equal(nn.MaxPool2d(**given), example(3, 7, 8))) == ["max_pool"]
    assert operators(captured_and_equal(nn.MaxPool1d(**given), example(3, 9))) == ["max_pool"]


@pytest.mark.parametrize("given", AVG, ids=str)
def test_means_of_windows_are_torchs(given: dict[str, Any]) -> None:
    assert operators(captured_and_equal(nn.AvgPool2d(**given), example(3, 7, 8))) == ["avg_pool"]
    assert operators(captured_and_equal(nn.AvgPool1d(**given), example(3, 9))) == ["avg_pool"]


def test_a_divisor_of_ones_own_is_taken() -> None:
    pool = nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, divisor_override=5)
    assert operators(captured_and_equal(pool, example(3, 7, 8))) == ["avg_pool"]


@pytest.mark.parametrize("size", [1, (3, 2), (6, None), (4, 5), (5, 1)], ids=str)
def test_adaptive_pools_are_torchs(size: Any) -> None:
    mean = captured_and_equal(nn.AdaptiveAvgPool2d(size), example(3, 6, 6))
    assert set(operators(mean)) <= {"avg_pool", "reshape", "linear", "affine"}
    largest = captured_and_equal(nn.AdaptiveMaxPool2d(size), example(3, 6, 6))
    assert set(operators(largest)) <= {"max_pool", "slice", "concat"}


@pytest.mark.parametrize("size", [1, 3, 4, 8])
def test_adaptive_pools_of_one_axis_are_torchs(size: int) -> None:
    captured_and_equal(nn.AdaptiveAvgPool1d(size), example(3, 9))
    captured_and_equal(nn.AdaptiveMaxPool1d(size), example(3, 9))


@pytest.mark.parametrize("axes", [-1, (2, 3), (1, 3), 1, (1, 2, 3)], ids=str)
@pytest.mark.parametrize("keepdim", [False, True])
def test_sums_means_and_maxima_over_axes_are_torchs(axes: Any, keepdim: bool) -> None:
    captured_and_equal(lambda x: x.mean(axes, keepdim=keepdim), example(3, 4, 5))
    captured_and_equal(lambda x: x.sum(axes, keepdim=keepdim), example(3, 4, 5))
    captured_and_equal(lambda x: x.amax(axes, keepdim=keepdim), example(3, 4, 5))


def test_the_largest_along_one_axis_is_torchs() -> None:
    captured_and_equal(lambda x: torch.max(x, 2)[0], example(3, 4))
