"""The executor of the emitted C99, compiled by the machine's C compiler."""

from collections.abc import Mapping

from tercet.ir.types import IntArray
from tercet.targets.door import Artifact
from tercet_signoff.executors import native

TARGET = "c"


def run(artifact: Artifact, *xs: IntArray) -> Mapping[str, IntArray]:
    """Every value that the program computes, by name [V, ...]."""
    return native.run_c(artifact.module, *xs)
