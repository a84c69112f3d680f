"""The executor of the emitted HLS C++, compiled by a plain C++14 compiler."""

from collections.abc import Mapping

from tercet.ir.types import IntArray
from tercet.targets.door import Artifact
from tercet_signoff.executors import native

TARGET = "hls"


def run(artifact: Artifact, *xs: IntArray) -> Mapping[str, IntArray]:
    """Every value that the program computes, by name [V, ...]."""
    return native.run_hls(artifact.module, *xs)
