"""ResNet on the 8x8 digits of scikit-learn: an int8 stem, then ternary residual blocks; u8, s8."""

from pathlib import Path

import brevitas.nn as qnn
from brevitas.inject.enum import RestrictValueType, ScalingImplType
from brevitas.quant import Int8ActPerTensorFloat, Int8WeightPerTensorFloat
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent


class SignedAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """s8 before a sum, with a learned scale that starts at 4 / 128."""

    scaling_impl_type = ScalingImplType.PARAMETER
    restrict_scaling_type = RestrictValueType.FP
    min_val = -4.0
    max_val = 4.0


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut: x itself, or a 1x1 projection where sizes change."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = qnn.QuantConv2d(
            inputs, outputs, 3, stride, padding=1, bias=False, weight_quant=TernaryWeight
        )
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = qnn.QuantReLU(act_quant=UnsignedAct)
        self.conv2 = qnn.QuantConv2d(
            outputs, outputs, 3, padding=1, bias=False, weight_quant=TernaryWeight
        )
        self.bn2 = nn.BatchNorm2d(outputs)
        self.act2 = qnn.QuantIdentity(act_quant=SignedAct)
        self.shortcut = nn.Identity() if inputs == outputs else projection(inputs, outputs, stride)
        self.relu = qnn.QuantReLU(act_quant=UnsignedAct)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        joined: Tensor = self.relu(y + self.shortcut(x))
        return joined


def projection(inputs: int, outputs: int, stride: int) -> nn.Module:
    """1x1 convolution on every `stride`-th pixel, batch norm, s8."""
    return nn.Sequential(
        qnn.QuantConv2d(inputs, outputs, 1, stride, bias=False, weight_quant=TernaryWeight),
        nn.BatchNorm2d(outputs),
        qnn.QuantIdentity(act_quant=SignedAct),
    )


class DigitsResnet(nn.Module):
    """Pixels in [0, 1], (batch, 1, 8, 8), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.stem = nn.Sequential(
            qnn.QuantConv2d(1, 16, 3, padding=1, bias=False, weight_quant=Int8WeightPerTensorFloat),
            nn.BatchNorm2d(16),
            qnn.QuantReLU(act_quant=UnsignedAct),
        )
        self.block1 = Residual(16, 16, 1)
        self.block2 = Residual(16, 32, 2)
        self.block3 = Residual(32, 32, 1)
        self.average = nn.AvgPool2d(4)
        self.act = qnn.QuantIdentity(act_quant=UnsignedAct)
        self.fc = qnn.QuantLinear(32, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(self.pixels(x))
        x = self.block3(self.block2(self.block1(x)))
        logits: Tensor = self.fc(self.act(self.average(x)).flatten(1))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(DigitsResnet(), HERE / "weights.npz")
