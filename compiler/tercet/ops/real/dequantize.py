"""Dequantization: the reals that integers stand for."""

from fractions import Fraction

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import LineOp, Place, at, real_tensor
from tercet.ir.types import (
    Dense,
    FloatArray,
    I64Attr,
    IntArray,
    dense_float,
    floats_of,
    number,
    shape_of,
)


@irdl_op_definition
class Dequantize(LineOp):
    """x = scale * (q - zero_point)."""

    name = "real.dequantize"
    q = operand_def(TensorType)
    x = result_def(TensorType)
    scale = prop_def(Dense)
    """f64; broadcasts against q."""
    zero_point = prop_def(I64Attr)
    traits = traits_def(Pure())

    def __init__(self, q: SSAValue, scale: FloatArray, zero_point: int = 0, *, layer: str) -> None:
        super().__init__(
            operands=[q],
            result_types=[real_tensor(shape_of(q))],
            properties={"scale": dense_float(scale), "zero_point": number(zero_point)},
            attributes={"layer": StringAttr(layer)},
        )

    def constants(self) -> tuple[Dense, ...]:
        """The constants that may differ from element to element."""
        return (self.scale,)

    def reference(self, q: IntArray) -> FloatArray:
        return (q - self.zero_point.value.data) * floats_of(self.scale)

    def exact(self, q: int, *, place: Place) -> Fraction:
        """The result in rationals, for the element at `place`."""
        return (q - self.zero_point.value.data) * at(self.scale, place)

    def line(self) -> tuple[FloatArray, FloatArray]:
        """Slope and offset in float64."""
        scale = floats_of(self.scale)
        return scale, -self.zero_point.value.data * scale
