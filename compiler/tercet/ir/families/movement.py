"""Operators that move data and compute nothing; both dialects use them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy.typing as npt
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import result_def

from tercet.ir.interval import Interval
from tercet.ir.op import IntegerOp
from tercet.ir.types import any_tensor, shape_of


class MovementOp(IntegerOp):
    """Every element of the result is an element of an operand, chosen by its place alone.

    So it commutes with every function that treats all elements alike, and takes elements of any
    type: the float dialect uses the same operators.
    """

    y = result_def(TensorType)

    def __init__(
        self,
        operands: Sequence[SSAValue | Sequence[SSAValue]],
        shape: Sequence[int],
        properties: Mapping[str, Attribute],
        layer: str,
    ) -> None:
        """`shape`: the result's, without the batch."""
        first = operands[0] if isinstance(operands[0], SSAValue) else operands[0][0]
        batch, element = shape_of(first)[0], any_tensor(first).element_type
        super().__init__(
            operands=operands,
            result_types=[TensorType(element, (batch, *shape))],
            properties=properties,
            attributes={"layer": StringAttr(layer)},
        )

    @abstractmethod
    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The moved elements of arrays of any element type and any batch."""

    @abstractmethod
    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        """The result's shape from the operands' shapes; `require`s that these fit the movement."""

    def on(self, *operands: SSAValue) -> Self:
        """The same movement of other operands, of the same shapes and another element type."""
        element = any_tensor(operands[0]).element_type
        return self.create(
            operands=operands,
            result_types=[TensorType(element, shape_of(self.y))],
            properties=dict(self.properties),
            attributes=dict(self.attributes),
        )

    def verify_(self) -> None:
        elements = {any_tensor(value).element_type for value in (*self.operands, self.y)}
        self.require(len(elements) == 1, "operands and result must have the same element type")
        shapes = [shape_of(value) for value in self.operands]
        found, wanted = shape_of(self.y), self.result_shape(*shapes)
        self.require(found == wanted, f"the result has shape {found}; wanted {wanted}")

    def reference(self, *operands: Any) -> Any:
        return self.moved(*operands)

    def range(self, *operands: Interval) -> Interval:
        return Interval(min(x.low for x in operands), max(x.high for x in operands))
