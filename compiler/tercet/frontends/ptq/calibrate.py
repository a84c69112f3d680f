"""Calibration on samples: signs, then scales of activations, then GPTQ on the weights."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from brevitas.graph.calibrate import calibration_mode
from brevitas.graph.gptq import gptq_mode
from brevitas.nn.quant_layer import QuantWeightBiasInputOutputLayer
from torch import Tensor

from tercet.frontends.ptq.data import Data
from tercet.frontends.ptq.signs import drop_signs

MOST = 512
"""The most inputs used; more change the scales very little."""

Batches = tuple[tuple[Tensor, ...], ...]
"""Batches of one tensor for each input."""
Progress = Callable[[str, int, int], None]
"""A function that is told the stage, the steps done and the steps in all."""


def calibrate(graph: Any, data: Data, progress: Progress) -> None:
    """Set every scale of `graph` and round its weights so that its results change least.

    GPTQ keeps each layer's mean on the inputs, so a bias correction after it is unnecessary.
    """
    batches = data.batches(MOST)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph(*batches[0])  # the weights' scales are computed from the float weights
        drop_signs(graph, batches)
        with calibration_mode(graph):
            _run(graph, batches, lambda done: progress("activations", done, len(batches)))
        _quantize_again(graph)
        if not any(isinstance(one, QuantWeightBiasInputOutputLayer) for one in graph.modules()):
            return
        with gptq_mode(graph, act_order=True, create_weight_orig=False) as gptq:
            for layer in range(gptq.num_layers):
                _run(gptq.model, batches, lambda done: None)
                gptq.update()
                progress("weights", layer + 1, gptq.num_layers)


def _run(model: Any, batches: Batches, done: Callable[[int], None]) -> None:
    for i, batch in enumerate(batches):
        model(*batch)
        done(i + 1)


def _quantize_again(graph: Any) -> None:
    """Switch on shared quantizers, which Brevitas leaves off after calibration."""
    for module in graph.modules():
        if hasattr(module, "observer_only"):
            module.observer_only = False
