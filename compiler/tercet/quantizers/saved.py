"""The parameters of a quantized network from an .npz, as `tercet quantize` writes it."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from tercet.errors import CaptureError

EXAMPLES = "examples"
"""Name of the example input kept among the parameters; further inputs have a number behind it."""


def restore(model: nn.Module, path: Path) -> nn.Module:
    """Fill `model` with the parameters in `path`; its `examples` are the inputs stored there."""
    try:
        with np.load(path, allow_pickle=False) as found:
            state = {name: torch.from_numpy(found[name]) for name in found.files}
        kept = [state.pop(EXAMPLES)]
        while (name := f"{EXAMPLES}_{len(kept)}") in state:
            kept.append(state.pop(name))
        setattr(model, EXAMPLES, tuple(kept) if len(kept) > 1 else kept[0])
        model.load_state_dict(state)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise CaptureError(
            f"{path}: is not the state of this network; run `tercet quantize` again"
        ) from error
    return model.eval()
