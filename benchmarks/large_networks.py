"""Networks of large images: one convolution, three, and ResNet-18 with ternary weights."""

from typing import Any

import brevitas.nn as qnn
import torch
from brevitas.quant import Int8ActPerTensorFloat, Int8WeightPerChannelFloat, Uint8ActPerTensorFloat
from torch import Tensor, nn

from tercet.quantizers import TernaryWeight

INT8: dict[str, Any] = {"weight_quant": Int8WeightPerChannelFloat, "bias": False}
TERNARY: dict[str, Any] = {"weight_quant": TernaryWeight, "bias": False}
STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
"""Of ResNet-18: channels, and the stride of the first block."""
LEAST = 64
"""A side that is large enough for ResNet-18, whose scales are set by two random images."""


def _signed() -> nn.Module:
    quant: nn.Module = qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat)
    return quant


def _relu() -> nn.Module:
    quant: nn.Module = qnn.QuantReLU(act_quant=Uint8ActPerTensorFloat)
    return quant


class _Calibrated(nn.Module):
    """A network that knows its example."""

    def __init__(self, side: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.side = side

    def calibrated(self) -> "_Calibrated":
        side = max(self.side, LEAST)
        self.train()(torch.randn(2, 3, side, side))
        self.eval()
        return self

    def example(self) -> Tensor:
        return torch.randn(1, 3, self.side, self.side)


class OneConv(_Calibrated):
    def __init__(self, side: int) -> None:
        super().__init__(side)
        stem = qnn.QuantConv2d(3, 32, 3, stride=2, padding=1, **INT8)
        self.net = nn.Sequential(_signed(), stem, _relu())

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.net(x)
        return found


class ThreeConvs(OneConv):
    def __init__(self, side: int) -> None:
        super().__init__(side)
        self.net = nn.Sequential(
            _signed(),
            *(qnn.QuantConv2d(3, 16, 3, stride=2, padding=1, **INT8), _relu()),
            *(qnn.QuantConv2d(16, 16, 3, padding=1, **INT8), _relu()),
            nn.MaxPool2d(2),
            *(qnn.QuantConv2d(16, 32, 3, padding=1, **INT8), _relu()),
        )


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first, self.relu = _conv(inputs, outputs, 3, stride), _relu()
        self.second, self.quant = _conv(outputs, outputs, 3, 1), _signed()
        self.last = _relu()
        self.down: nn.Module | None = None
        if (inputs, stride) != (outputs, 1):
            self.down = nn.Sequential(_conv(inputs, outputs, 1, stride), _signed())

    def forward(self, x: Tensor) -> Tensor:
        y = self.quant(self.second(self.relu(self.first(x))))
        found: Tensor = self.last(y + (x if self.down is None else self.down(x)))
        return found


def _conv(inputs: int, outputs: int, size: int, stride: int) -> nn.Module:
    conv = qnn.QuantConv2d(inputs, outputs, size, stride=stride, padding=size // 2, **TERNARY)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class ResNet18(_Calibrated):
    def __init__(self, side: int) -> None:
        super().__init__(side)
        self.stem = nn.Sequential(_signed(), _conv(3, 64, 7, 2), _relu(), nn.MaxPool2d(3, 2, 1))
        blocks, inputs = list[nn.Module](), 64
        for outputs, stride in STAGES:
            blocks += [_Block(inputs, outputs, stride), _Block(outputs, outputs, 1)]
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        mean = qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), mean, nn.Flatten())
        self.classes = qnn.QuantLinear(inputs, 1000, **TERNARY)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.classes(self.head(self.blocks(self.stem(x))))
        return found


NETWORKS: dict[str, type[_Calibrated]] = {
    "one convolution": OneConv,
    "three convolutions": ThreeConvs,
    "ResNet-18": ResNet18,
}
