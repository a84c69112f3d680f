"""Quantized constants, for every front end."""

from dataclasses import dataclass

from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class Integers:
    """A quantized constant: real = values * scale, zero point already subtracted."""

    values: IntArray
    scale: FloatArray
    """The scale, which broadcasts against the values."""
