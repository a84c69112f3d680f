"""What an operator needs to write itself down as standard ONNX."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class OnnxGraph(Protocol):
    """A graph in the making; names of values are its own affair."""

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one result; the result's name."""

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        """A constant tensor; its name."""

    def cast(self, value: str, dtype: npt.DTypeLike) -> str:
        """`value` in another element type."""
