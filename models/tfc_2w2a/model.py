"""TFC with two bits, 784-64-64-64-10: weights and activations are trits, pixels too."""

from pathlib import Path

import brevitas.nn as qnn
from brevitas.inject.enum import ScalingImplType
from brevitas.quant import Int8ActPerTensorFloat
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import TernaryWeight

HERE = Path(__file__).parent


class TernaryAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """-1, 0 or 1."""

    bit_width = 2
    narrow_range = True
    scaling_impl_type = ScalingImplType.CONST
    min_val = -1.0
    max_val = 1.0


def trits() -> nn.Module:
    """The nearest of -1, 0 and 1."""
    act: nn.Module = qnn.QuantIdentity(act_quant=TernaryAct)
    return act


def linear(inputs: int, outputs: int) -> nn.Module:
    """A layer of a trit a weight."""
    layer: nn.Module = qnn.QuantLinear(inputs, outputs, bias=False, weight_quant=TernaryWeight)
    return layer


class Tfc2w2a(nn.Module):
    """Pixels in [0, 1], (batch, 1, 28, 28), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = trits()
        self.fc1, self.bn1, self.act1 = linear(784, 64), nn.BatchNorm1d(64), trits()
        self.fc2, self.bn2, self.act2 = linear(64, 64), nn.BatchNorm1d(64), trits()
        self.fc3, self.bn3, self.act3 = linear(64, 64), nn.BatchNorm1d(64), trits()
        self.fc4, self.bn4 = linear(64, 10), nn.BatchNorm1d(10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pixels(2 * x - 1).flatten(1)
        x = self.act1(self.bn1(self.fc1(x)))
        x = self.act2(self.bn2(self.fc2(x)))
        x = self.act3(self.bn3(self.fc3(x)))
        logits: Tensor = self.bn4(self.fc4(x))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(Tfc2w2a(), HERE / "weights.npz")
