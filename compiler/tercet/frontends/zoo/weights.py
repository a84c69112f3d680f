"""Committed weights of a ternary model, as trits and scales of a few kilobytes.

A ternary layer is stored as int8 trits. Loading makes float weights trit * scale, which the
quantizer maps back to the same trits.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

SCALE = "_quant.tensor_quant.scaling_impl.value"


def save(model: nn.Module, path: Path) -> None:
    """Write every parameter and buffer of `model`; ternary weights as trits."""
    state = model.state_dict()
    arrays = {}
    for name, value in state.items():
        scale = state.get(name + SCALE)
        arrays[name] = value.numpy() if scale is None else _trits(value, scale)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load(model: nn.Module, path: Path) -> nn.Module:
    """Fill `model` from a file of `save`, and set it to evaluation."""
    with np.load(path) as arrays:
        state = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    for name, value in state.items():
        if (scale := state.get(name + SCALE)) is not None:
            state[name] = value.to(scale.dtype) * scale
    model.load_state_dict(state)
    return model.eval()


def _trits(weight: Tensor, scale: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    trits: Tensor = torch.clamp(torch.round(weight / scale), -1, 1)
    return trits.to(torch.int8).numpy()
