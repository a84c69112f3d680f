"""The parameters of a quantized network as plain arrays for an .npz."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from tercet.quantizers.saved import EXAMPLES

Arrays = npt.NDArray[Any]


def arrays(graph: Any, examples: Sequence[Arrays]) -> dict[str, Arrays]:
    """The arrays that `restore` needs, by name: the state of the modules that the graph calls."""
    used = {
        str(node.target) for node in graph.graph.nodes if node.op in ("call_module", "get_attr")
    }
    kept = {f"{EXAMPLES}_{i}" if i else EXAMPLES: x for i, x in enumerate(examples)}
    return kept | {
        name: value.numpy()
        for name, value in graph.state_dict().items()
        if any(f"{name}.".startswith(f"{target}.") for target in used)
    }
