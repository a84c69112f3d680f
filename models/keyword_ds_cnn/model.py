"""DS-CNN of a keyword spotter's size, that tells nine speakers apart by a vowel.

An int8 layer of 10 times x 4 cepstra, then four pairs of an int4 depthwise and a ternary 1x1 layer.
"""

from pathlib import Path

import brevitas.nn as qnn
import torch
from brevitas.quant import Int8WeightPerChannelFloat, Int8WeightPerTensorFloat
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent
WIDTH = 64


class FourBits(Int8WeightPerChannelFloat):  # type: ignore[misc]
    """-7 to 7, one scale a channel."""

    bit_width = 4


def normed(layer: nn.Module) -> nn.Module:
    """A layer of WIDTH channels, batch norm, ReLU to u8."""
    return nn.Sequential(layer, nn.BatchNorm2d(WIDTH), qnn.QuantReLU(act_quant=UnsignedAct))


class Pair(nn.Module):
    """A depthwise 3x3 and a 1x1 convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise = normed(
            qnn.QuantConv2d(
                WIDTH, WIDTH, 3, padding=1, groups=WIDTH, bias=False, weight_quant=FourBits
            )
        )
        self.pointwise = normed(
            qnn.QuantConv2d(WIDTH, WIDTH, 1, bias=False, weight_quant=TernaryWeight)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pointwise(self.depthwise(x))
        return y


class KeywordDsCnn(nn.Module):
    """Cepstra over time in [0, 1], (batch, 1, 32 times, 12 cepstra), to nine logits."""

    def __init__(self) -> None:
        super().__init__()
        self.cepstra = qnn.QuantIdentity(act_quant=PixelInput)
        self.stem = normed(
            qnn.QuantConv2d(
                1,
                WIDTH,
                (10, 4),
                stride=2,
                padding=(4, 1),
                bias=False,
                weight_quant=Int8WeightPerTensorFloat,
            )
        )
        self.pairs = nn.Sequential(*(Pair() for _ in range(4)))
        self.average = nn.AvgPool2d((16, 6))
        self.act = qnn.QuantIdentity(act_quant=UnsignedAct)
        self.fc = qnn.QuantLinear(WIDTH, 9, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pairs(self.stem(self.cepstra(x)))
        x = self.act(self.average(x))
        logits: Tensor = self.fc(torch.flatten(x, 1))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(KeywordDsCnn(), HERE / "weights.npz")
