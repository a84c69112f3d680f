"""CNV with two bits: 64-64-pool-128-128-pool-256-256-512-512-10, all widths by a divisor.

Valid 3x3 convolutions of 32x32 colour pixels; weights and activations are trits, pixels bytes.
"""

from itertools import pairwise
from pathlib import Path

import brevitas.nn as qnn
import torch
from brevitas.inject.enum import ScalingImplType
from brevitas.quant import Int8ActPerTensorFloat
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight

HERE = Path(__file__).parent


class TernaryAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """-1, 0 or 1."""

    bit_width = 2
    narrow_range = True
    scaling_impl_type = ScalingImplType.CONST
    min_val = -1.0
    max_val = 1.0


def conv(inputs: int, outputs: int) -> nn.Module:
    """3x3 convolution without padding, batch norm, trits."""
    return nn.Sequential(
        qnn.QuantConv2d(inputs, outputs, 3, bias=False, weight_quant=TernaryWeight),
        nn.BatchNorm2d(outputs),
        qnn.QuantIdentity(act_quant=TernaryAct),
    )


def linear(inputs: int, outputs: int) -> nn.Module:
    """Dense layer, batch norm, trits."""
    return nn.Sequential(
        qnn.QuantLinear(inputs, outputs, bias=False, weight_quant=TernaryWeight),
        nn.BatchNorm1d(outputs),
        qnn.QuantIdentity(act_quant=TernaryAct),
    )


class Cnv(nn.Module):
    """Pixels in [0, 1], (batch, 3, 32, 32), to ten logits; every width is divided by `divisor`."""

    def __init__(self, divisor: int = 4) -> None:
        super().__init__()
        a, b, c, d = (width // divisor for width in (64, 128, 256, 512))
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.convs = nn.ModuleList(conv(m, n) for m, n in pairwise((3, a, a, b, b, c, c)))
        self.pool = nn.MaxPool2d(2)
        self.dense = nn.Sequential(linear(c, d), linear(d, d))
        self.fc = qnn.QuantLinear(d, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pixels(x)
        for i, layer in enumerate(self.convs):
            x = self.pool(layer(x)) if i in (1, 3) else layer(x)
        logits: Tensor = self.fc(self.dense(x.flatten(1)))
        return logits

    def example(self) -> Tensor:
        """One black image."""
        return torch.zeros(1, 3, 32, 32)


def build() -> nn.Module:
    """The trained network, a quarter as wide as the original."""
    return weights.load(Cnv(), HERE / "weights.npz")


def full() -> nn.Module:
    """The original widths, 1.5 million weights, not trained: models/cnv/model.py:full."""
    torch.manual_seed(0)
    return Cnv(divisor=1).eval()
