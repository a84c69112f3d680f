"""Norms of each row's own statistics."""

import pytest
import torch
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import nn

NORMS: list[tuple[nn.Module, tuple[int, ...], str]] = [
    (nn.LayerNorm(6), (6,), "layer_norm"),
    (nn.LayerNorm(6, eps=1e-3), (3, 4, 6), "layer_norm"),
    (nn.LayerNorm((4, 6)), (3, 4, 6), "layer_norm"),
    (nn.LayerNorm(6, elementwise_affine=False), (4, 6), "layer_norm"),
    (nn.LayerNorm(6, bias=False), (4, 6), "layer_norm"),
    (nn.RMSNorm(6), (4, 6), "rms_norm"),
    (nn.RMSNorm((4, 6), eps=1e-3, elementwise_affine=False), (3, 4, 6), "rms_norm"),
    (nn.GroupNorm(2, 4), (4, 6, 5), "group_norm"),
    (nn.GroupNorm(1, 4, affine=False), (4, 6), "group_norm"),
    (nn.InstanceNorm2d(4), (4, 6, 5), "group_norm"),
    (nn.InstanceNorm1d(4, affine=True), (4, 6), "group_norm"),
    (nn.InstanceNorm2d(4, track_running_stats=True), (4, 6, 5), "batch_norm"),
]


@pytest.mark.parametrize(("norm", "shape", "operator"), NORMS, ids=str)
def test_a_norm_is_torchs(norm: nn.Module, shape: tuple[int, ...], operator: str) -> None:
    torch.manual_seed(7)
    with torch.no_grad():
        for value in norm.parameters():
            value.copy_(torch.randn_like(value))
    assert operators(captured_and_equal(norm, example(*shape))) == [operator]
