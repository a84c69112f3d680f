"""Operators that compute a quantizer's result: integers on a grid of reals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import Float64Type, FloatAttr, StringAttr, TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import opt_attr_def, result_def

from tercet.errors import VerifyError
from tercet.ir.interval import Interval, is_signed
from tercet.ir.op import IntegerOp
from tercet.ir.types import (
    SI32,
    Dense,
    I64Attr,
    Int,
    IntArray,
    IntTensor,
    dense,
    number,
    signed,
    storage,
    tensor,
    tensor_type,
    unsigned,
    values_of,
)


@dataclass(frozen=True)
class Result:
    """The result of a quantized operator: the type of its integers, and their grid."""

    element: Int
    layer: str
    inner: int = 1
    """Adjacent elements of one channel, for an operator with constants by channel."""
    scale: float = 1.0
    zero_point: int = 0


class QuantizedOp(IntegerOp):
    """Operands and result have the same shape."""

    y = result_def(TensorType)
    scale = opt_attr_def(FloatAttr)
    """real value = scale * (y - zero_point): metadata."""
    zero_point = opt_attr_def(I64Attr)
    quantizer = opt_attr_def(StringAttr)
    """Path of the quantizer in the user's model that this operator replaces."""

    def __init__(
        self,
        operands: Sequence[SSAValue],
        properties: Mapping[str, Attribute | None],
        result: Result,
    ) -> None:
        super().__init__(
            operands=operands,
            result_types=[tensor(tensor_type(operands[0]).get_shape(), result.element)],
            properties=properties,
            attributes={
                "layer": StringAttr(result.layer),
                "scale": FloatAttr(result.scale, Float64Type()),
                "zero_point": number(result.zero_point),
            },
        )

    def verify_(self) -> None:
        y = tensor_type(self.y)
        for operand in self.operands:
            x = tensor_type(operand)
            self.require(x.get_shape() == y.get_shape(), f"{y} has not the shape of {x}")
            # ui32 is refused: its product with an si32 would need more than 64 bits
            fits = Interval.of(SI32).holds(Interval.of(x.element_type))
            self.require(fits, f"operands must fit si32, got {x}")

    def held(self) -> Interval:
        """The interval of the result's type."""
        return Interval.of(self.kind().element_type)

    def kind(self) -> IntTensor:
        return tensor_type(self.y)

    def stored(self) -> np.dtype[np.generic]:
        """The numpy type that stores an element of the result."""
        return storage(self.kind().element_type)

    def require_entries(self, table: Dense, axes: str) -> None:
        """Part of the type rule of a table of results."""
        self.require(len(table.get_shape()) == 2, f"the table must be {axes}")
        self.require(
            table.get_element_type() == _stored(self.kind().element_type),
            "the table must be of the type that stores the result",
        )
        found = Interval.around(values_of(table))
        self.require(self.held().holds(found), f"{found} is not in {self.kind()}")


def entries(table: IntArray, element: Int) -> Dense:
    """A table of results of type `element`, as it is stored."""
    return dense(table, _stored(element))


def reachable(x: Interval, low: int, size: int, layer: str) -> slice:
    """The entries that `x` can reach of a table that starts at `low`; `x` must lie in the table."""
    held = Interval(low, low + size - 1)
    if not held.holds(x):
        raise VerifyError(
            f"its table has entries for {held}, its operand ranges over {x}",
            layer=layer,
            way_out="give it an entry for each value",
        )
    return slice(x.low - low, x.high - low + 1)


def _stored(element: Int) -> Int:
    bits = 8 * storage(element).itemsize
    return signed(bits) if is_signed(element) else unsigned(bits)
