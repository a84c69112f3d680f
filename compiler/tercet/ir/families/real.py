"""Operators of the float dialect: exact real functions of the model's parameters.

An operator on single elements has two references that agree: `reference` in float64 on arrays, and
`exact` in rationals on one element, which decides where float64 comes near a tie.
Constants broadcast against the tensor by numpy's rules; they never have a batch axis.
"""

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any, TypeAlias

from xdsl.dialects.builtin import Float64Type, StringAttr, TensorType, f64
from xdsl.ir import SSAValue
from xdsl.irdl import operand_def, result_def

from tercet.ir.op import LayerOp
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of, shape_of

RealTensor: TypeAlias = TensorType[Float64Type]
Place: TypeAlias = tuple[int, ...]
"""Index of an element in a row, that is, without the batch."""
ROOT_BITS = 256


def real_tensor(shape: Sequence[int]) -> RealTensor:
    return TensorType(f64, shape)


def is_real(value: SSAValue) -> bool:
    """Whether `value` is a tensor of reals."""
    kind = value.type
    return isinstance(kind, TensorType) and isinstance(kind.element_type, Float64Type)


def at(constant: Dense, place: Place) -> Fraction:
    """The exact value of a broadcast constant at `place`."""
    values = floats_of(constant)
    tail = place[len(place) - values.ndim :]
    index = tuple(min(i, size - 1) for i, size in zip(tail, values.shape, strict=True))
    return Fraction(float(values[index]))


@lru_cache(maxsize=65536)
def root(value: Fraction) -> Fraction:
    """Square root: exact if it is rational, else rounded down to 256 bits."""
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if Fraction(top * top, bottom * bottom) == value:
        return Fraction(top, bottom)
    scaled = isqrt((value.numerator << (2 * ROOT_BITS)) // value.denominator)
    return Fraction(scaled, 1 << ROOT_BITS)


class LineOp(LayerOp):
    """A function of one operand, which is a line in each element or not."""

    def line(self) -> tuple[FloatArray, FloatArray] | None:
        """Slope and offset in float64; None if the function is not a line."""
        return None


class PointwiseOp(LayerOp):
    """A function of the elements at one place of every operand; all shapes are equal."""

    @abstractmethod
    def reference(self, *operands: Any) -> FloatArray:
        """In float64."""

    @abstractmethod
    def exact(self, *operands: Any, **at: Any) -> Fraction:
        """In rationals, for the element at `place`."""

    def constants(self) -> tuple[Dense, ...]:
        """The constants that may differ from element to element."""
        return tuple(p for p in self.properties.values() if isinstance(p, Dense))


class ElementwiseOp(LineOp, PointwiseOp):
    """A function of each element of one tensor; its constants may differ from place to place."""

    x = operand_def(TensorType)
    y = result_def(TensorType)

    @abstractmethod
    def reference(self, x: FloatArray) -> FloatArray:
        """In float64."""

    @abstractmethod
    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        """In rationals, for the element at `place`."""

    def rises(self) -> bool:
        """Whether the function never decreases."""
        return False

    def turns(self) -> Sequence[Fraction]:
        """Inputs at which it turns from falling to rising or back; empty if it is monotone."""
        return ()

    def on(self, x: SSAValue, *constants: FloatArray) -> "ElementwiseOp":
        """The same function of another tensor, with constants in the order of `constants()`."""
        names = [name for name, p in self.properties.items() if isinstance(p, Dense)]
        new = dict(zip(names, map(dense_float, constants), strict=True))
        return type(self).create(
            operands=[x],
            result_types=[x.type],
            properties={**self.properties, **new},
            attributes=self.attributes,
        )


class PairOp(PointwiseOp):
    """A function of the elements of two tensors of one shape."""

    a = operand_def(TensorType)
    b = operand_def(TensorType)
    y = result_def(TensorType)

    def __init__(self, a: SSAValue, b: SSAValue, *, layer: str) -> None:
        super().__init__(
            operands=[a, b], result_types=[a.type], attributes={"layer": StringAttr(layer)}
        )

    def verify_(self) -> None:
        a, b = shape_of(self.a), shape_of(self.b)
        self.require(a == b, f"its operands have shapes {a} and {b}")
