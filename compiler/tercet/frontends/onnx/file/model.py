"""A file that was read and found sound, ready to be loaded."""

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
    """With the batch, which is 1."""
    element: Attribute
    """f64 for every float type, else the file's own integer type, or the part of it in use."""
    annotation: str = ""
    """QONNX' name of the values that it takes, such as "INT8" or "BIPOLAR"; "" where unknown."""

    def type(self) -> TensorType[Any]:
        return TensorType(self.element, self.shape)

    def example(self) -> npt.NDArray[Any]:
        if isinstance(self.element, Float64Type):
            return np.random.default_rng(0).random(self.shape)
        return np.zeros(self.shape, np.int64)


@dataclass(frozen=True)
class OnnxModel:
    """A network out of a file."""

    path: Path
    name: str
    inputs: tuple[FileInput, ...]
    nodes: tuple[Node, ...]
    """In order; only those that the outputs need."""
    constants: Mapping[str, Stored]
    outputs: tuple[str, ...]
    opset: int
    batch: int
    """Rows that shapes inside the file are worked out with: those that it says, or a number of
    ours where it leaves them open."""
    open: bool = False
    """Whether it leaves them open."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of every input, with a batch of 1."""
        return {one.name: one.shape for one in self.inputs}

    @property
    def example(self) -> tuple[npt.NDArray[Any], ...]:
        """One row for every input: noise for reals, zeros for integers."""
        return tuple(one.example() for one in self.inputs)
