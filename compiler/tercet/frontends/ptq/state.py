"""The parameters of a quantized network: plain arrays in an .npz, never a pickle."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tercet.errors import CaptureError

Arrays = npt.NDArray[Any]
EXAMPLES = "examples"
"""Name of the one real input that is kept among the parameters; that of a second input, of a third
and so on have a number behind it."""


def arrays(graph: Any, examples: Sequence[Arrays]) -> dict[str, Arrays]:
    """Everything that `restore` needs of a traced module, by name: the state of what it calls."""
    used = {
        str(node.target) for node in graph.graph.nodes if node.op in ("call_module", "get_attr")
    }
    kept = {f"{EXAMPLES}_{i}" if i else EXAMPLES: x for i, x in enumerate(examples)}
    return kept | {
        name: value.numpy()
        for name, value in graph.state_dict().items()
        if any(f"{name}.".startswith(f"{target}.") for target in used)
    }


def restore(model: nn.Module, path: Path) -> nn.Module:
    """Fill `model` with the arrays in `path`; its `examples` are the real input among them."""
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
