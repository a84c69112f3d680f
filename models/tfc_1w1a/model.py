"""TFC with one bit, 784-64-64-64-10: weights and activations are -1 or 1, pixels black or white."""

from pathlib import Path

import brevitas.nn as qnn
from brevitas.quant import SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst
from torch import Tensor, nn

from tercet.frontends.zoo import weights

HERE = Path(__file__).parent


def sign() -> nn.Module:
    """1 from zero on, else -1."""
    act: nn.Module = qnn.QuantIdentity(act_quant=SignedBinaryActPerTensorConst)
    return act


def linear(inputs: int, outputs: int) -> nn.Module:
    """A layer of one bit a weight."""
    layer: nn.Module = qnn.QuantLinear(
        inputs, outputs, bias=False, weight_quant=SignedBinaryWeightPerTensorConst
    )
    return layer


class Tfc1w1a(nn.Module):
    """Pixels in [0, 1], (batch, 1, 28, 28), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = sign()
        self.fc1, self.bn1, self.sign1 = linear(784, 64), nn.BatchNorm1d(64), sign()
        self.fc2, self.bn2, self.sign2 = linear(64, 64), nn.BatchNorm1d(64), sign()
        self.fc3, self.bn3, self.sign3 = linear(64, 64), nn.BatchNorm1d(64), sign()
        self.fc4, self.bn4 = linear(64, 10), nn.BatchNorm1d(10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pixels(2 * x - 1).flatten(1)
        x = self.sign1(self.bn1(self.fc1(x)))
        x = self.sign2(self.bn2(self.fc2(x)))
        x = self.sign3(self.bn3(self.fc3(x)))
        logits: Tensor = self.bn4(self.fc4(x))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(Tfc1w1a(), HERE / "weights.npz")
