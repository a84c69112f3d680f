"""Small Brevitas networks with untrained but awkward parameters, for tests of the front half."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import torch
from brevitas.inject.enum import ScalingImplType
from brevitas.quant import (
    Int8ActPerTensorFloat,
    Int8Bias,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFixedPoint,
    Int32Bias,
    ShiftedUint8ActPerTensorFloat,
    Uint8ActPerTensorFixedPoint,
)
from brevitas.quant.ternary import SignedTernaryWeightPerTensorConst
from torch import Tensor, nn

from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

IN, HIDDEN, OUT = 12, 16, 5


class Scales(UnsignedAct):
    """u8 with a scale that is no power of two."""

    max_val = 3.7


class Nibble(UnsignedAct):
    bit_width = 4
    max_val = 2.3


class SignedNibble(Int8ActPerTensorFloat):  # type: ignore[misc]
    bit_width = 4


class CommonWeight(Int8WeightPerTensorFixedPoint):  # type: ignore[misc]
    """Brevitas' CommonWeightQuant at two bits."""

    scaling_impl_type = ScalingImplType.CONST
    scaling_const = 0.3
    bit_width = 2
    narrow_range = True


class CommonAct(Int8ActPerTensorFloat):  # type: ignore[misc]
    """Brevitas' CommonActQuant."""

    scaling_impl_type = ScalingImplType.CONST
    min_val = -1.0
    max_val = 1.0
    narrow_range = True


class Trits(Int8ActPerTensorFloat):  # type: ignore[misc]
    bit_width = 2
    narrow_range = True
    scaling_impl_type = ScalingImplType.CONST
    min_val = -0.6
    max_val = 0.6


def norm(features: int, generator: torch.Generator) -> nn.BatchNorm1d:
    """Batch norm with gains of both signs and a channel of gain zero."""
    layer = nn.BatchNorm1d(features)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(features, generator=generator))
        layer.weight[0] = 0
        layer.bias.copy_(torch.randn(features, generator=generator))
        assert layer.running_mean is not None
        assert layer.running_var is not None
        layer.running_mean.copy_(torch.randn(features, generator=generator))
        layer.running_var.copy_(torch.rand(features, generator=generator) + 0.01)
    return layer


def plain() -> nn.Module:
    """Per-channel ternary weights, odd scales, float biases, no batch norm."""
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=PixelInput),
        qnn.QuantLinear(IN, HIDDEN, bias=True, weight_quant=TernaryWeight),
        qnn.QuantReLU(act_quant=Scales),
        qnn.QuantLinear(HIDDEN, OUT, bias=True, weight_quant=TernaryWeight),
    )


def normed() -> nn.Module:
    """Batch norm with negative and zero gains; signed activations; quantized output."""
    generator = torch.Generator().manual_seed(7)
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat),
        qnn.QuantLinear(IN, HIDDEN, bias=False, weight_quant=TernaryWeight),
        norm(HIDDEN, generator),
        qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat),
        qnn.QuantLinear(HIDDEN, OUT, bias=False, weight_quant=TernaryWeight),
        norm(OUT, generator),
        qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat),
    )


def shifted() -> nn.Module:
    """Zero points that are not zero, at the input and inside; 8-bit weights per channel."""
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=ShiftedUint8ActPerTensorFloat),
        qnn.QuantLinear(IN, HIDDEN, bias=True, weight_quant=Int8WeightPerChannelFloat),
        qnn.QuantIdentity(act_quant=ShiftedUint8ActPerTensorFloat),
        qnn.QuantLinear(HIDDEN, OUT, bias=False, weight_quant=Int8WeightPerChannelFloat),
    )


def biased() -> nn.Module:
    """Quantized biases: one in units of the accumulator, one with a scale of its own."""
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=PixelInput, return_quant_tensor=True),
        qnn.QuantLinear(IN, HIDDEN, bias=True, weight_quant=TernaryWeight, bias_quant=Int32Bias),
        qnn.QuantReLU(act_quant=Scales, return_quant_tensor=True),
        qnn.QuantLinear(HIDDEN, OUT, bias=True, weight_quant=TernaryWeight, bias_quant=Int8Bias),
        qnn.QuantReLU(act_quant=Scales),
    )


def dyadic() -> nn.Module:
    """Scales that are powers of two, so that exact ties are everywhere."""
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=Uint8ActPerTensorFixedPoint),
        qnn.QuantLinear(IN, HIDDEN, bias=False, weight_quant=Int8WeightPerTensorFixedPoint),
        qnn.QuantReLU(act_quant=Uint8ActPerTensorFixedPoint),
        qnn.QuantLinear(HIDDEN, OUT, bias=False, weight_quant=SignedTernaryWeightPerTensorConst),
    )


def narrow() -> nn.Module:
    """Activations of four and two bits."""
    generator = torch.Generator().manual_seed(8)
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=Nibble),
        qnn.QuantLinear(IN, HIDDEN, bias=False, weight_quant=TernaryWeight),
        norm(HIDDEN, generator),
        qnn.QuantReLU(act_quant=Nibble),
        qnn.QuantLinear(HIDDEN, HIDDEN, bias=False, weight_quant=TernaryWeight),
        norm(HIDDEN, generator),
        qnn.QuantIdentity(act_quant=Trits),
        qnn.QuantLinear(HIDDEN, HIDDEN, bias=False, weight_quant=TernaryWeight),
        norm(HIDDEN, generator),
        qnn.QuantIdentity(act_quant=SignedNibble),
    )


class Image(nn.Module):
    """Flattens inside, has dropout, and quantizes on one grid twice."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = qnn.QuantIdentity(act_quant=PixelInput)
        self.again = qnn.QuantIdentity(act_quant=PixelInput)
        self.body = nn.ModuleList(
            [qnn.QuantLinear(IN, OUT, bias=True, weight_quant=TernaryWeight), nn.Dropout()]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(self.again(self.entry(x)), 1)
        for layer in self.body:
            x = layer(x)
        return x


def inside() -> nn.Module:
    """Quantizers inside of the layers, hardtanh, ReLU6, a scale and an offset of its own."""
    return nn.Sequential(
        qnn.QuantLinear(
            IN,
            HIDDEN,
            bias=True,
            weight_quant=TernaryWeight,
            input_quant=Int8ActPerTensorFloat,
            output_quant=None,
        ),
        qnn.QuantHardTanh(act_quant=SignedNibble, min_val=-0.8, max_val=0.8),
        qnn.QuantLinear(
            HIDDEN, HIDDEN, bias=False, weight_quant=TernaryWeight, output_quant=SignedNibble
        ),
        qnn.QuantLinear(HIDDEN, HIDDEN, bias=False, weight_quant=TernaryWeight),
        nn.ReLU6(),
        Halved(),
        qnn.QuantIdentity(act_quant=ShiftedUint8ActPerTensorFloat),
        qnn.QuantLinear(HIDDEN, OUT, bias=False, weight_quant=TernaryWeight),
        Halved(),
    )


class Halved(nn.Module):
    """Arithmetic with constants, the constant on either side."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.tensor([0.3]))

    def forward(self, x: Tensor) -> Tensor:
        return 1.0 - (0.5 * x + self.offset)


class Usual(nn.Module):
    """The shape of Brevitas' own example networks: TFC with 2-bit weights and activations."""

    def __init__(self) -> None:
        super().__init__()
        weights = {"bias": False, "weight_quant": CommonWeight}
        self.features = nn.ModuleList(
            [
                qnn.QuantIdentity(act_quant=CommonAct, bit_width=8),
                nn.Dropout(p=0.2),
                qnn.QuantLinear(IN, HIDDEN, **weights),
                norm(HIDDEN, torch.Generator().manual_seed(9)),
                qnn.QuantIdentity(act_quant=CommonAct, bit_width=2),
                nn.Dropout(p=0.2),
                qnn.QuantLinear(HIDDEN, HIDDEN, **weights),
                nn.BatchNorm1d(HIDDEN),
                qnn.QuantIdentity(act_quant=CommonAct, bit_width=2),
                qnn.QuantLinear(HIDDEN, OUT, **weights),
                nn.BatchNorm1d(OUT, affine=False),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x.view(x.shape[0], -1)
        x = 2.0 * x - torch.tensor([1.0])
        for layer in self.features:
            x = layer(x)
        return x


NETWORKS: tuple[Callable[[], nn.Module], ...] = (
    plain,
    normed,
    shifted,
    biased,
    dyadic,
    narrow,
    Image,
    inside,
    Usual,
)


class TwoInputs(nn.Module):
    """One input is concatenated to what a layer makes of the other."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.left = qnn.QuantLinear(6, 8, bias=True, weight_quant=TernaryWeight)
        self.last = qnn.QuantLinear(14, 4, bias=True, weight_quant=TernaryWeight)

    def forward(self, left: Tensor, right: Tensor) -> Any:
        left = torch.relu(self.left(self.pixels(left)))
        return self.last(self.pixels(torch.cat([left, self.pixels(right)], 1)))

    def example(self) -> tuple[Tensor, Tensor]:
        return torch.rand(8, 6), torch.rand(8, 6)


def made(network: Callable[[], nn.Module]) -> tuple[nn.Module, Tensor]:
    """The network after a few batches in training mode, which set its scales; inputs for it."""
    torch.manual_seed(3)
    model = network()
    shape = (3, 4) if network in (Image, Usual) else (IN,)
    x = torch.rand((64, *shape))
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(x * 2 - 0.7 if network in (normed, shifted, inside) else x)
    return model.eval(), x
