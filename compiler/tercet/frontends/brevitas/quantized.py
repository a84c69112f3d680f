"""The modules that replace Brevitas' quantizers for the export."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import torch
from torch import Tensor, nn

from tercet.frontends.aten import quantizing

assert quantizing  # its import registers torch.ops.tercet


@dataclass(frozen=True)
class SeenGrid:
    """A quantizer's grid and clip, as seen in the run."""

    step: Tensor
    scale: Tensor
    zero_point: Tensor
    low: int
    high: int
    rounding: str


class Stand(nn.Module):
    """The replacement of a Brevitas proxy, with the attributes that layers read."""

    is_quant_enabled = False
    requires_quant_input = False

    def __init__(self, tensors: Sequence[tuple[str, Tensor]] = ()) -> None:
        super().__init__()
        for name, tensor in tensors:
            self.register_buffer(name, tensor.detach().clone())

    def same(self, other: "Stand") -> bool:
        """Whether `other`, a replacement of the same proxy, does the same."""
        mine, theirs = self.state_dict(), other.state_dict()
        return type(self) is type(other) and all(
            torch.equal(mine[name], theirs[name]) for name in mine
        )


class Activation(Stand):
    """An activation function whose quantizer is switched off."""

    def __init__(self, function: nn.Module) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor, *_: Any) -> Any:
        return self.function(x)


class FakeQuantize(Stand):
    """An activation function, then a quantizer."""

    is_quant_enabled = True

    def __init__(self, function: nn.Module, grid: SeenGrid) -> None:
        super().__init__(
            (("step", grid.step), ("scale", grid.scale), ("zero_point", grid.zero_point))
        )
        self.function, self.low, self.high = function, grid.low, grid.high
        self.rounding = grid.rounding

    def forward(self, x: Tensor, *_: Any) -> Any:
        arguments = self.step, self.scale, self.zero_point, self.low, self.high, self.rounding
        return torch.ops.tercet.fake_quantize(self.function(x), *arguments)


class Truncate(Stand):
    """The end of a truncating pool: integers of fewer bits from sums."""

    is_quant_enabled = True

    def __init__(
        self, scale: Tensor, factor: Tensor, after: Tensor, zero_point: Tensor, grid: SeenGrid
    ) -> None:
        super().__init__(
            (("scale", scale), ("factor", factor), ("after", after), ("zero_point", zero_point))
        )
        self.low, self.high, self.rounding = grid.low, grid.high, grid.rounding

    def forward(self, x: Tensor, *_: Any) -> Any:
        arguments = self.scale, self.factor, self.after, self.zero_point, self.low, self.high
        return torch.ops.tercet.truncate(x, *arguments, self.rounding)


class QuantizedConstant(Stand):
    """A quantized weight or bias."""

    is_quant_enabled = True

    def __init__(self, q: Tensor, scale: Tensor, zero_point: Tensor) -> None:
        super().__init__((("q", q), ("scale", scale), ("zero_point", zero_point)))

    def integers(self) -> Tensor:
        return self.get_buffer("q")

    def forward(self, *_: Any) -> Any:
        return torch.ops.tercet.constant(self.q, self.scale, self.zero_point)


class Calls(Stand):
    """One replacement for each call in turn, for a layer whose calls have different scales."""

    def __init__(self, stands: Sequence[Stand]) -> None:
        super().__init__()
        self.stands = nn.ModuleList(stands)
        self.is_quant_enabled = stands[0].is_quant_enabled
        self.turn = cycle(range(len(stands)))

    def forward(self, *arguments: Any) -> Any:
        return self.stands[next(self.turn)](*arguments)
