"""The two operations that every quantizer of Brevitas becomes before the module is exported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@torch.library.custom_op("tercet::fake_quantize", mutates_args=())
def fake_quantize(x: Tensor, scale: Tensor, zero_point: Tensor, low: int, high: int) -> Tensor:
    """Round to the grid of the quantizer, in Brevitas' association."""
    q = torch.clamp(torch.round(x / scale + zero_point), low, high)
    return (q - zero_point) * scale


@fake_quantize.register_fake
def _(x: Tensor, scale: Tensor, zero_point: Tensor, low: int, high: int) -> Tensor:
    return torch.empty_like(x)


@torch.library.custom_op("tercet::constant", mutates_args=())
def constant(q: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    """The real values of an integer constant."""
    return (q.to(scale.dtype) - zero_point) * scale


@constant.register_fake
def _(q: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    return torch.empty_like(q, dtype=scale.dtype)


@dataclass(frozen=True)
class Grid:
    """What a quantizer did when the module ran: its scale, zero point and integer range."""

    scale: Tensor
    zero_point: Tensor
    low: int
    high: int

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Grid)
            and torch.equal(self.scale, other.scale)
            and torch.equal(self.zero_point, other.zero_point)
            and (self.low, self.high) == (other.low, other.high)
        )


class Stand(nn.Module):
    """Stands for a Brevitas proxy; the layers around ask these."""

    is_quant_enabled = False
    requires_quant_input = False

    def __init__(self, tensors: Sequence[tuple[str, Tensor]] = ()) -> None:
        super().__init__()
        for name, tensor in tensors:
            self.register_buffer(name, tensor.detach().clone())


class Activation(Stand):
    """An activation function alone: the quantizer is switched off."""

    def __init__(self, function: nn.Module) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor, *_: Any) -> Any:
        return self.function(x)


class FakeQuantize(Stand):
    """An activation function, then a quantizer."""

    is_quant_enabled = True

    def __init__(self, function: nn.Module, grid: Grid) -> None:
        super().__init__((("scale", grid.scale), ("zero_point", grid.zero_point)))
        self.function, self.low, self.high = function, grid.low, grid.high

    def forward(self, x: Tensor, *_: Any) -> Any:
        arguments = self.scale, self.zero_point, self.low, self.high
        return torch.ops.tercet.fake_quantize(self.function(x), *arguments)


class Constant(Stand):
    """A quantized weight or bias."""

    is_quant_enabled = True

    def __init__(self, q: Tensor, scale: Tensor, zero_point: Tensor) -> None:
        super().__init__((("q", q), ("scale", scale), ("zero_point", zero_point)))

    def integers(self) -> Tensor:
        return self.get_buffer("q")

    def forward(self, *_: Any) -> Any:
        return torch.ops.tercet.constant(self.q, self.scale, self.zero_point)
