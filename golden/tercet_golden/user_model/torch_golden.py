"""PyTorch compared with the reference: float64 must be equal, float32 must be explained."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.types import Array, IntArray
from tercet.report.contract import EndToEnd
from tercet_golden.user_model.end_to_end import compare as compare_outputs
from tercet_golden.user_model.explained_differences import Judged, Tally
from tercet_golden.user_model.torch_run import NEAR, Seen, outputs
from tercet_golden.user_model.torch_run import run as watch


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
) -> Judged:
    """The comparison of PyTorch in `dtype` with the values of the integer reference.

    `xs`: one array for each input of the model, or the only one.
    """
    tally = Tally(NEAR[dtype])
    for name, seen in _watched(model, module, xs, dtype).items():
        want = golden.get(name, seen.want)
        alive = np.ones(len(want), np.bool_)
        tally.count(name, want, seen.found, seen.position, alive, jump=seen.jump)
    return tally.judged()


def end_to_end(
    model: nn.Module,
    module: ModuleOp,
    xs: Array | Sequence[Array],
    golden: Mapping[str, IntArray],
    dtype: torch.dtype,
) -> EndToEnd:
    """The comparison of PyTorch in `dtype` from input to output, without corrections between."""
    every = [xs] if isinstance(xs, np.ndarray) else xs
    return compare_outputs(module, golden, outputs(model, module, every, dtype))


def _watched(
    model: nn.Module, module: ModuleOp, xs: Array | Sequence[Array], dtype: torch.dtype
) -> dict[str, Seen]:
    return watch(model, module, [xs] if isinstance(xs, np.ndarray) else xs, dtype)
