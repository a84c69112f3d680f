"""PyTorch against the integer reference: float64 must agree, float32 must be explained."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.types import FloatArray, IntArray
from tercet_golden.compare import Mismatch
from tercet_golden.torch_run import Seen
from tercet_golden.torch_run import run as watch

NEAR: Mapping[torch.dtype, float] = {torch.float64: 1e-9, torch.float32: 1e-4}
"""How near to a tie, in steps, rounding may go the other way; grows beyond 8-bit magnitudes."""


@dataclass(frozen=True)
class Explained:
    """Elements that differ by one step because the real value lies next to a tie."""

    layer: str
    vector: int
    element: tuple[int, ...]
    expected: int
    found: int
    distance: float
    """From the tie, in steps."""


@dataclass(frozen=True)
class TorchComparison:
    """Over all quantizers and the accumulators of a float output."""

    compared: int
    mismatches: int
    """Differences without an explanation: any is a failure."""
    first: Mismatch | None
    explained: tuple[Explained, ...]

    @property
    def passed(self) -> bool:
        return self.compared > 0 and self.mismatches == 0


def run(
    model: nn.Module, module: ModuleOp, x: IntArray | FloatArray, dtype: torch.dtype
) -> dict[str, IntArray]:
    """The integers that PyTorch finds at every quantizer and before a float output."""
    return {name: seen.found for name, seen in watch(model, module, x, dtype).items()}


def compare(
    model: nn.Module,
    module: ModuleOp,
    x: IntArray | FloatArray,
    golden: Mapping[str, IntArray],
    dtype: torch.dtype,
) -> TorchComparison:
    """PyTorch in `dtype` on `x` against the values of the integer reference."""
    compared = mismatches = 0
    first: Mismatch | None = None
    explained: list[Explained] = []
    for name, seen in watch(model, module, x, dtype).items():
        want = golden[name]
        compared += want.size
        for place in map(tuple, np.argwhere(seen.found != want)):
            vector, *element = (int(i) for i in place)
            values = int(want[place]), int(seen.found[place])
            distance = _distance(seen, place, values)
            if distance <= NEAR[dtype] * max(1.0, abs(seen.position[place]) / 256):
                explained.append(Explained(name, vector, tuple(element), *values, distance))
                continue
            mismatches += 1
            first = first or Mismatch(name, vector, tuple(element), *values)
    return TorchComparison(compared, mismatches, first, tuple(explained))


def _distance(seen: Seen, place: tuple[int, ...], values: tuple[int, int]) -> float:
    """From the tie between the two neighbours; infinite when they are none."""
    if abs(values[0] - values[1]) != 1:
        return float("inf")
    return abs(float(seen.position[place]) - (min(values) + 0.5))
