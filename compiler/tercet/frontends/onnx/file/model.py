"""A file that was read and checked, ready to be loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import Float64Type, TensorType
from xdsl.ir import Attribute

from tercet.frontends.onnx.file.tensors import Stored
from tercet.frontends.onnx.node import Node


@dataclass(frozen=True)
class FileInput:
    """One input of the network."""

    name: str
    shape: tuple[int, ...]
    """The shape with the batch, which is 1."""
    element: Attribute
    """f64 for every float type, else the file's integer type, narrowed by its annotation."""
    annotation: str = ""
    """QONNX' name of its values, such as "INT8" or "BIPOLAR"; "" if unknown."""

    def type(self) -> TensorType[Any]:
        return TensorType(self.element, self.shape)

    def example(self) -> npt.NDArray[Any]:
        if isinstance(self.element, Float64Type):
            return np.random.default_rng(0).random(self.shape)
        return np.zeros(self.shape, np.int64)


@dataclass(frozen=True)
class OnnxModel:
    """A network from a file."""

    path: Path
    name: str
    inputs: tuple[FileInput, ...]
    nodes: tuple[Node, ...]
    """The nodes in order, only those that the outputs need."""
    constants: Mapping[str, Stored]
    outputs: tuple[str, ...]
    opset: int
    batch: int
    """The file's batch, by which shapes in it are computed; a number of ours if it is open."""
    open: bool = False
    """Whether the file leaves the batch open."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every input by name, with a batch of 1."""
        return {one.name: one.shape for one in self.inputs}

    @property
    def example(self) -> tuple[npt.NDArray[Any], ...]:
        """One row for every input: noise for reals, zeros for integers."""
        return tuple(one.example() for one in self.inputs)
