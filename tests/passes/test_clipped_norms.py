"""What is clipped between a normalization and its quantizer is clipped as integers."""

from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant import Int8ActPerTensorFloat, Uint8ActPerTensorFloat
from tests.helpers.matrix.proof import prove
from torch import nn


@pytest.mark.parametrize("norm", [nn.GroupNorm(2, 4), nn.InstanceNorm2d(4), nn.BatchNorm2d(4)])
@pytest.mark.parametrize(
    "end",
    [
        (qnn.QuantReLU(),),
        (nn.ReLU6(), qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat)),
        (nn.Hardtanh(-0.4, 0.7), nn.ReLU(), qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat)),
    ],
)
def test_a_clip_behind_a_normalization(norm: nn.Module, end: tuple[Any, ...]) -> None:
    torch.manual_seed(0)
    prove(nn.Sequential(qnn.QuantIdentity(), norm, *end), torch.randn(8, 4, 5, 5))
