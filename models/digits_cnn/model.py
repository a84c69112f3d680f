"""Ternary CNN on the 8x8 digits of scikit-learn: three 3x3 convolutions, two max pools; u8."""

from pathlib import Path

import brevitas.nn as qnn
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent


def layer(inputs: int, outputs: int) -> nn.Module:
    """3x3 convolution that keeps the size, batch norm, ReLU to u8."""
    return nn.Sequential(
        qnn.QuantConv2d(inputs, outputs, 3, padding=1, bias=False, weight_quant=TernaryWeight),
        nn.BatchNorm2d(outputs),
        qnn.QuantReLU(act_quant=UnsignedAct),
    )


class DigitsCnn(nn.Module):
    """Pixels in [0, 1], (batch, 1, 8, 8), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.conv1 = layer(1, 16)
        self.conv2 = layer(16, 32)
        self.conv3 = layer(32, 32)
        self.pool = nn.MaxPool2d(2)
        self.fc = qnn.QuantLinear(128, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(self.pixels(x))
        x = self.pool(self.conv2(x))
        x = self.pool(self.conv3(x))
        logits: Tensor = self.fc(x.flatten(1))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(DigitsCnn(), HERE / "weights.npz")
