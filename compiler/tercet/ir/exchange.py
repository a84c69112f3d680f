"""The interface by which an operator adds itself to an ONNX graph."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class OnnxGraph(Protocol):
    """An ONNX graph under construction; it chooses the names of its values."""

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one result; returns the result's name."""

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        """Add a constant tensor; returns its name."""

    def cast(self, value: str, dtype: npt.DTypeLike) -> str:
        """Add a cast of `value` to another element type; returns the result's name."""
