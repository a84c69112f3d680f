"""What is refused before the module is run at all."""

import torch
from torch import nn

from tercet.errors import CaptureError, UnsupportedError

RECURRENT = "brevitas.nn.quant_rnn"


def require_finite(model: nn.Module) -> None:
    """Every parameter and every buffer is a finite number, or the first that is not is named."""
    for name, values in (*model.named_parameters(), *model.named_buffers()):
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            bad = (~torch.isfinite(values)).nonzero()[0].tolist()
            layer, _, leaf = name.rpartition(".")
            value = values[tuple(bad)].item()
            raise CaptureError(
                f"{layer or 'the model'}: {leaf}{bad} is {value}; every weight must be finite, "
                "so train or load the model again"
            )


def refuse_recurrent(model: nn.Module) -> None:
    """Layers with a state would be unrolled into thousands of operators."""
    for path, module in model.named_modules():
        if isinstance(module, nn.RNNBase | nn.RNNCellBase) or type(module).__module__ == RECURRENT:
            raise UnsupportedError(
                f"{path or 'the model'}: {type(module).__name__} keeps a state from step to step; "
                "use convolutions, linear layers or attention over the sequence"
            )
