"""Sums of products before they are closed."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.steps.closings import Rescale, Sums, Thresholds
from tercet.targets.fabric.steps.depthwise import Depthwise
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.sliding import Window
from tercet.targets.fabric.tiles.tensor import Tensor

SumClosing = Rescale | Thresholds | Sums


@dataclass(frozen=True, eq=False)
class Close:
    """The closing of some positions of sums."""

    closing: SumClosing
    rows: IntArray | None
    signs: IntArray
    """[N]: -1 turns the sum."""
    weight: int
    """Multiplies every weight."""
    factor: int
    """The factor that the closing applies."""

    def sum_factor(self) -> IntArray | None:
        found = self.signs * self.factor
        return None if (found == 1).all() else found


class Accumulation(Protocol):
    """The sums of a `Mac` or a `Depthwise` before they are closed: Q positions of N channels."""

    @property
    def layer(self) -> str: ...

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the positions."""

    @property
    def channels(self) -> int: ...

    @property
    def factors(self) -> IntArray:
        """[Q]: the factor from these sums to the graph's."""

    def part(self, positions: IntArray, channels: IntArray) -> "Accumulation | None":
        """Only some of the positions and channels; None if these sums can't be split."""

    def step(self, name: str, close: Close, result: Tensor) -> Mac | Depthwise: ...


@dataclass(frozen=True, eq=False)
class MacSums:
    """All that a `Mac` is before it is closed."""

    layer: str
    sum_name: str
    x: Tensor
    taps: IntArray
    weights: IntArray
    bias: IntArray
    groups: int
    phases: int
    size: tuple[int, int]

    @property
    def channels(self) -> int:
        return len(self.bias)

    @property
    def factors(self) -> IntArray:
        return np.ones(len(self.taps), np.int64)

    def part(self, positions: IntArray, channels: IntArray) -> "MacSums | None":
        if self.groups > 1 and len(channels) < self.channels:
            return None
        whole = len(positions) == len(self.taps)
        return replace(
            self,
            taps=self.taps[positions],
            weights=self.weights[:, channels],
            bias=self.bias[channels],
            phases=self.phases if whole else 1,
            size=self.size if whole else _product(positions, self.size[1]),
        )

    def step(self, name: str, close: Close, result: Tensor) -> Mac:
        times = close.signs * close.weight
        return Mac(
            name=name,
            operands=(self.x,),
            taps=self.taps if close.rows is None else self.taps[close.rows],
            weights=self.weights * times[:, None],
            bias=self.bias * times,
            groups=self.groups,
            closing=close.closing,
            sum_name=self.sum_name,
            result=result,
            phases=self.phases if close.rows is None else 1,
            rows=close.rows,
            sum_factor=close.sum_factor(),
        )


@dataclass(frozen=True, eq=False)
class DepthwiseSums:
    """All that a `Depthwise` is before it is closed."""

    layer: str
    sum_name: str
    x: Tensor
    window: Window
    weights: IntArray
    bias: IntArray
    size: tuple[int, int]
    factors: IntArray

    @property
    def channels(self) -> int:
        return len(self.bias)

    def part(self, positions: IntArray, channels: IntArray) -> None:
        return None

    def step(self, name: str, close: Close, result: Tensor) -> Depthwise:
        times = close.signs * close.weight
        return Depthwise(
            name=name,
            operands=(self.x,),
            window=self.window,
            weights=self.weights * times[:, None, None],
            bias=self.bias * times,
            closing=close.closing,
            sum_name=self.sum_name,
            result=result,
            rows=close.rows,
            sum_factor=close.sum_factor(),
        )


def _product(positions: IntArray, width: int) -> tuple[int, int]:
    """Height and width of some positions of an image; one row if they are no rectangle."""
    rows, columns = np.unique(positions // width), np.unique(positions % width)
    if len(rows) * len(columns) == len(positions):
        return len(rows), len(columns)
    return 1, len(positions)
