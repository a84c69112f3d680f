"""A quantized module and its source, from a float module and samples."""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tercet.errors import CaptureError
from tercet.frontends.ptq import state
from tercet.frontends.ptq.calibrate import Progress, calibrate
from tercet.frontends.ptq.data import Data
from tercet.frontends.ptq.graph import quantized_graph
from tercet.frontends.ptq.schemes import WEIGHTS
from tercet.frontends.ptq.source import Source, source_of


@dataclass(frozen=True)
class Quantized:
    """A quantized network: the live module, its source and its parameters."""

    module: nn.Module
    source: Source
    arrays: dict[str, state.Arrays]
    """Parameters and one example, for `tercet.quantizers.saved.restore`."""


def quantize(module: nn.Module, data: Data, weights: str, progress: Progress) -> Quantized:
    """`module` with weights of the kind `weights` of `WEIGHTS`, and 8-bit activations."""
    single = copy.deepcopy(module).cpu().float().eval()
    _require_finite(single)
    real = [x.is_floating_point() for x in data.inputs]
    graph = quantized_graph(single, WEIGHTS[weights], real)
    calibrate(graph, data, progress)
    _require_finite(graph)
    examples = [x[:1].numpy() for x in data.inputs]
    return Quantized(graph, source_of(graph), state.arrays(graph, examples))


def accuracy(module: nn.Module, data: Data) -> float | None:
    """The share of inputs whose greatest score is their class; None without labels."""
    if data.labels is None:
        return None
    with torch.no_grad():
        found = torch.cat([_scores(module(*batch)) for batch in data.batches()])
    if strange := [int(y) for y in data.labels if not 0 <= y < found.shape[1]]:
        raise CaptureError(
            f"the labels hold the class {strange[0]}; the model has {found.shape[1]} scores, of "
            f"classes 0 to {found.shape[1] - 1}"
        )
    return float((found.argmax(1) == data.labels).double().mean())


def _scores(results: object) -> Tensor:
    if not isinstance(results, Tensor) or results.ndim != 2:
        raise CaptureError(
            "labels need a model that returns one row of scores for each input, (batch, classes)"
        )
    return results


def _require_finite(module: nn.Module) -> None:
    for name, values in module.state_dict().items():
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            raise CaptureError(
                "holds a value that is not finite", layer=name, way_out="train the model again"
            )
