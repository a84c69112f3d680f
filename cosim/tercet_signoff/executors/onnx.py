"""The executor of the integer graph as standard ONNX, by ONNXRuntime."""

from collections.abc import Mapping

from tercet.ir.types import IntArray
from tercet.targets.door import Artifact
from tercet_golden import onnxruntime_golden

TARGET = "onnx"


def run(artifact: Artifact, *xs: IntArray) -> Mapping[str, IntArray]:
    """Every value that the graph computes, by name [V, ...]."""
    return onnxruntime_golden.run(artifact.module, *xs)
