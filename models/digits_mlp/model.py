"""Ternary MLP 64-128-64-10 on the 8x8 digits of scikit-learn; u8 activations, batch norm."""

from pathlib import Path

import brevitas.nn as qnn
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent


class DigitsMlp(nn.Module):
    """Pixels in [0, 1], (batch, 64), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.fc1 = qnn.QuantLinear(64, 128, bias=False, weight_quant=TernaryWeight)
        self.bn1 = nn.BatchNorm1d(128)
        self.relu1 = qnn.QuantReLU(act_quant=UnsignedAct)
        self.fc2 = qnn.QuantLinear(128, 64, bias=False, weight_quant=TernaryWeight)
        self.bn2 = nn.BatchNorm1d(64)
        self.relu2 = qnn.QuantReLU(act_quant=UnsignedAct)
        self.fc3 = qnn.QuantLinear(64, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pixels(x)
        x = self.relu1(self.bn1(self.fc1(x)))
        x = self.relu2(self.bn2(self.fc2(x)))
        logits: Tensor = self.fc3(x)
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(DigitsMlp(), HERE / "weights.npz")
