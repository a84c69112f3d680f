"""Ternary MLP 784-60-10, the sizes of the example in TFMBS' PyTorch page, on 28x28 digits."""

from pathlib import Path

import brevitas.nn as qnn
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent


class TfmbsMlp(nn.Module):
    """Pixels in [0, 1], (batch, 784), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.fc1 = qnn.QuantLinear(784, 60, bias=False, weight_quant=TernaryWeight)
        self.bn1 = nn.BatchNorm1d(60)
        self.relu1 = qnn.QuantReLU(act_quant=UnsignedAct)
        self.fc2 = qnn.QuantLinear(60, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1(self.bn1(self.fc1(self.pixels(x))))
        logits: Tensor = self.fc2(x)
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(TfmbsMlp(), HERE / "weights.npz")
