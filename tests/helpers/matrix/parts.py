"""Quantizers and layers that the structures of the matrix are put together from."""

from collections.abc import Callable, Sequence
from typing import Any

import brevitas.nn as qnn
import torch
from brevitas.quant import (
    Int8ActPerTensorFixedPoint,
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFixedPoint,
    Int8WeightPerTensorFloat,
    ShiftedUint8ActPerTensorFloat,
    Uint8ActPerTensorFixedPoint,
    Uint8ActPerTensorFloat,
)
from brevitas.quant.ternary import SignedTernaryWeightPerTensorConst
from tests.helpers.networks import Nibble, Scales, SignedNibble
from torch import Tensor, nn

from tercet.quantizers import PixelInput, TernaryWeight

Signed, Unsigned = Int8ActPerTensorFloat, Uint8ActPerTensorFloat
SignedDyadic, UnsignedDyadic = Int8ActPerTensorFixedPoint, Uint8ActPerTensorFixedPoint
Shifted = ShiftedUint8ActPerTensorFloat


class FourBits(Int8WeightPerTensorFloat):  # type: ignore[misc]
    bit_width = 4


class FourBitsPerChannel(Int8WeightPerChannelFloat):  # type: ignore[misc]
    bit_width = 4


class FourBitsDyadic(Int8WeightPerTensorFixedPoint):  # type: ignore[misc]
    bit_width = 4


WEIGHTS: dict[str, Any] = {
    "ternary per channel": TernaryWeight,
    "ternary, one power of two": SignedTernaryWeightPerTensorConst,
    "4 bits": FourBits,
    "4 bits per channel": FourBitsPerChannel,
    "4 bits, power of two": FourBitsDyadic,
    "8 bits": Int8WeightPerTensorFloat,
    "8 bits per channel": Int8WeightPerChannelFloat,
    "8 bits, power of two": Int8WeightPerTensorFixedPoint,
}
WIDTHS: dict[str, Any] = {
    name: WEIGHTS[name] for name in ("ternary per channel", "4 bits", "8 bits per channel")
}
"""One of each width, for structures where the scale is not the point."""
INPUTS: dict[str, Any] = {
    "u8": PixelInput,
    "s8": Signed,
    "u8 with a zero point": Shifted,
    "4 bits": Nibble,
    "signed 4 bits": SignedNibble,
    "u8, power of two": UnsignedDyadic,
}

__all__ = ["Nibble", "PixelInput", "Scales", "SignedNibble", "TernaryWeight"]


def entry(quantizer: Any = Signed, **more: Any) -> Any:
    return qnn.QuantIdentity(act_quant=quantizer, return_quant_tensor=True, **more)


def act(quantizer: Any = Signed, **more: Any) -> Any:
    return qnn.QuantIdentity(act_quant=quantizer, **more)


def relu(quantizer: Any = Scales, **more: Any) -> Any:
    return qnn.QuantReLU(act_quant=quantizer, **more)


def linear(inputs: int, outputs: int, weight: Any = TernaryWeight, bias: bool = True) -> Any:
    return qnn.QuantLinear(inputs, outputs, bias, weight_quant=weight)


def conv(
    inputs: int, outputs: int, kernel: Any = 3, weight: Any = TernaryWeight, **more: Any
) -> Any:
    return qnn.QuantConv2d(inputs, outputs, kernel, weight_quant=weight, **({"bias": False} | more))


def conv1(
    inputs: int, outputs: int, kernel: int = 3, weight: Any = TernaryWeight, **more: Any
) -> Any:
    return qnn.QuantConv1d(inputs, outputs, kernel, weight_quant=weight, **({"bias": False} | more))


def norm(features: int, dimensions: int = 2, seed: int = 1) -> Any:
    """Batch norm with gains of both signs."""
    kind = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}[dimensions]
    layer = kind(features)
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(features, generator=source))
        layer.bias.copy_(torch.randn(features, generator=source) / 2)
    return layer


def gains(features: int, dimensions: int = 2, seed: int = 2) -> Any:
    """Batch norm as training leaves it most often: gains near 1."""
    layer = norm(features, dimensions, seed)
    with torch.no_grad():
        layer.weight.copy_(1 + layer.weight / 8)
        layer.bias.copy_(layer.bias / 4)
    return layer


class Does(nn.Module):
    """Layers by name and a function that calls them: do(self, x, …)."""

    def __init__(self, do: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.do = do
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, *inputs: Tensor) -> Any:
        return self.do(self, *inputs)


class Fan(nn.Module):
    """One quantized input, and every branch on it: an output each."""

    def __init__(self, first: nn.Module, *branches: nn.Module) -> None:
        super().__init__()
        self.first, self.branches = first, nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Any:
        x = self.first(x)
        return tuple(branch(x) for branch in self.branches)


def groups(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """In parts of `size`: one model proves so many structures."""
    return [items[i : i + size] for i in range(0, len(items), size)]


def named(items: Sequence[Any]) -> str:
    """What a test of a group is called: by its first member."""
    (first, *_) = items
    return f"{type(first).__name__} and on" if isinstance(first, nn.Module) else f"{first} and on"


def pixels(*shape: int, rows: int = 16, seed: int = 0) -> Tensor:
    """Reals from 0 to 1."""
    return torch.rand((rows, *shape), generator=torch.Generator().manual_seed(seed))


def samples(*shape: int, rows: int = 16, seed: int = 0) -> Tensor:
    """Reals of both signs."""
    return torch.randn((rows, *shape), generator=torch.Generator().manual_seed(seed))
