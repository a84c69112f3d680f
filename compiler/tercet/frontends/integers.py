"""A quantized constant, whichever front end read it."""

from dataclasses import dataclass

from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class Integers:
    """A quantized constant: real = values * scale, zero point already subtracted."""

    values: IntArray
    scale: FloatArray
    """Broadcasts against the values."""
