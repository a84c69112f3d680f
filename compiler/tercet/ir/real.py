"""Operators of the float dialect: exact real functions of the model's parameters.

Every one has two meanings that agree: `reference` in float64 on arrays, and, for those that act on
each element alone, `line` in rationals, which decides where float64 comes near a tie.
"""

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TypeAlias

from xdsl.dialects.builtin import Float64Type, TensorType, f64
from xdsl.ir import SSAValue
from xdsl.irdl import operand_def, result_def

from tercet.ir.line import ClampedLine
from tercet.ir.op import LayerOp
from tercet.ir.types import Dense, FloatArray, floats_of

RealTensor: TypeAlias = TensorType[Float64Type]
ROOT_BITS = 256


def real_tensor(shape: Sequence[int]) -> RealTensor:
    return TensorType(f64, shape)


def shape_of(value: SSAValue) -> tuple[int, ...]:
    kind = value.type
    assert isinstance(kind, TensorType)
    return tuple(kind.get_shape())


def per_channel(constant: Dense, channel: int) -> Fraction:
    """The exact value of a constant of one element or of one a channel."""
    values = floats_of(constant).reshape(-1)
    return Fraction(float(values[channel if values.size > 1 else 0]))


@lru_cache(maxsize=65536)
def root(value: Fraction) -> Fraction:
    """Square root: exact where it is rational, else 256 bits below the true one."""
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if Fraction(top * top, bottom * bottom) == value:
        return Fraction(top, bottom)
    scaled = isqrt((value.numerator << (2 * ROOT_BITS)) // value.denominator)
    return Fraction(scaled, 1 << ROOT_BITS)


class ElementwiseOp(LayerOp):
    """A monotone function of each element, which may differ by channel (the last axis)."""

    x = operand_def(TensorType)
    y = result_def(TensorType)

    @abstractmethod
    def reference(self, x: FloatArray) -> FloatArray:
        """In float64."""

    @abstractmethod
    def line(self, channel: int) -> ClampedLine:
        """In rationals, for the elements of `channel`."""
