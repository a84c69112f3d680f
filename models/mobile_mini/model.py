"""Inverted residual blocks on 16x16 digits: int8 stem and depthwise layers, ternary 1x1 layers."""

from pathlib import Path

import brevitas.nn as qnn
from brevitas.inject.enum import RestrictValueType, ScalingImplType
from brevitas.quant import (
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFloat,
)
from torch import Tensor, nn

from tercet.frontends.zoo import weights
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

HERE = Path(__file__).parent


class SignedAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """s8 between blocks, with a learned scale that starts at 4 / 128."""

    scaling_impl_type = ScalingImplType.PARAMETER
    restrict_scaling_type = RestrictValueType.FP
    min_val = -4.0
    max_val = 4.0


def pointwise(inputs: int, outputs: int, act: nn.Module) -> nn.Module:
    """1x1 convolution, batch norm, activation."""
    return nn.Sequential(
        qnn.QuantConv2d(inputs, outputs, 1, bias=False, weight_quant=TernaryWeight),
        nn.BatchNorm2d(outputs),
        act,
    )


def relu() -> nn.Module:
    """ReLU to u8."""
    act: nn.Module = qnn.QuantReLU(act_quant=UnsignedAct)
    return act


class Inverted(nn.Module):
    """Four times as wide, a depthwise 3x3 convolution, narrow again; x is added where it fits."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        wide = 4 * inputs
        self.expand = pointwise(inputs, wide, relu())
        self.depthwise = nn.Sequential(
            qnn.QuantConv2d(
                wide,
                wide,
                3,
                stride,
                padding=1,
                groups=wide,
                bias=False,
                weight_quant=Int8WeightPerChannelFloat,
            ),
            nn.BatchNorm2d(wide),
            relu(),
        )
        self.project = pointwise(wide, outputs, qnn.QuantIdentity(act_quant=SignedAct))
        self.adds = stride == 1 and inputs == outputs
        self.join = qnn.QuantIdentity(act_quant=SignedAct) if self.adds else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        joined: Tensor = self.join(x + y) if self.adds else y
        return joined


class MobileMini(nn.Module):
    """Pixels in [0, 1], (batch, 1, 16, 16), to ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.stem = nn.Sequential(
            qnn.QuantConv2d(1, 8, 3, padding=1, bias=False, weight_quant=Int8WeightPerTensorFloat),
            nn.BatchNorm2d(8),
            relu(),
        )
        self.blocks = nn.Sequential(
            Inverted(8, 16, 2), Inverted(16, 16, 1), Inverted(16, 24, 2), Inverted(24, 24, 1)
        )
        self.last = pointwise(24, 64, relu())
        self.average = nn.AvgPool2d(4)
        self.act = qnn.QuantIdentity(act_quant=UnsignedAct)
        self.fc = qnn.QuantLinear(64, 10, bias=True, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.last(self.blocks(self.stem(self.pixels(x))))
        logits: Tensor = self.fc(self.act(self.average(x)).flatten(1))
        return logits


def build() -> nn.Module:
    """The trained network."""
    return weights.load(MobileMini(), HERE / "weights.npz")
