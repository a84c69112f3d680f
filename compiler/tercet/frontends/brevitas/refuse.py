"""Refusals before the module runs: non-finite parameters, recurrent layers."""

import torch
from torch import nn

from tercet.errors import CaptureError, UnsupportedError, first_of
from tercet.frontends.aten.advice import float_weights

RECURRENT = "brevitas.nn.quant_rnn"
FLOATS = nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d
"""Layers of torch whose weights are floats."""


def require_finite(model: nn.Module) -> None:
    """Refuse the first parameter or buffer that holds a value that is not finite."""
    for name, values in (*model.named_parameters(), *model.named_buffers()):
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            bad = (~torch.isfinite(values)).nonzero()[0].tolist()
            layer, _, leaf = name.rpartition(".")
            value = values[tuple(bad)].item()
            raise CaptureError(
                f"{leaf}{bad} is {value}",
                layer=layer or "the model",
                way_out="every weight must be finite, so train or load the model again",
            )


def refuse_recurrent(model: nn.Module) -> None:
    """Refuse layers with a state, which would be unrolled into thousands of operators.

    The graph is not captured then, so layers with float weights are named here as well.
    """
    states = [error for path, module in model.named_modules() if (error := _state(path, module))]
    if states:
        floats = [path for path, module in model.named_modules() if type(module) in FLOATS]
        raise first_of([*states, *map(float_weights, floats)])


def _state(path: str, module: nn.Module) -> UnsupportedError | None:
    kept = isinstance(module, nn.RNNBase | nn.RNNCellBase)
    if not kept and type(module).__module__ != RECURRENT:
        return None
    return UnsupportedError(
        f"{type(module).__name__} keeps a state from step to step",
        layer=path or "the model",
        way_out="use convolutions, linear layers or attention over the sequence",
    )
