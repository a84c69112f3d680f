"""The C runtime, seen from Python."""

from tercet_runtime.native import call, library
from tercet_runtime.tensor import Tensor

__all__ = ["Tensor", "call", "library"]
