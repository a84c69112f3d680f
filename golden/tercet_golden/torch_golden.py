"""PyTorch against the integer reference: float64 must agree, float32 must be explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.types import Array, IntArray
from tercet_golden.compare import Mismatch
from tercet_golden.torch_run import NEAR, Seen
from tercet_golden.torch_run import run as watch


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
    model: nn.Module, module: ModuleOp, xs: Array | Sequence[Array], dtype: torch.dtype
) -> dict[str, IntArray]:
    """The integers that PyTorch finds at every quantizer and before a float output."""
    return {name: seen.found for name, seen in _watched(model, module, xs, dtype).items()}


def compare(
    model: nn.Module,
    module: ModuleOp,
    xs: Array | Sequence[Array],
    golden: Mapping[str, IntArray],
    dtype: torch.dtype,
) -> TorchComparison:
    """PyTorch in `dtype` against the values of the integer reference.

    `xs`: one array for each input of the model, or the only one.
    """
    compared = mismatches = 0
    first: Mismatch | None = None
    explained: list[Explained] = []
    for name, seen in _watched(model, module, xs, dtype).items():
        want = golden.get(name, seen.want)
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


def _watched(
    model: nn.Module, module: ModuleOp, xs: Array | Sequence[Array], dtype: torch.dtype
) -> dict[str, Seen]:
    return watch(model, module, [xs] if isinstance(xs, np.ndarray) else xs, dtype)


def _distance(seen: Seen, place: tuple[int, ...], values: tuple[int, int]) -> float:
    """From the tie between the two neighbours; infinite when they are none."""
    if abs(values[0] - values[1]) != 1:
        return float("inf")
    return abs(float(seen.position[place]) - (min(values) + 0.5))
