"""A line of each element: factor, offset and divisor."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place, at, real_tensor
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of, shape_of

ONE = np.ones(())


@irdl_op_definition
class Affine(ElementwiseOp):
    """y = (factor * x + offset) / divisor."""

    name = "real.affine"
    factor = prop_def(Dense)
    offset = prop_def(Dense)
    divisor = prop_def(Dense)
    """All three are f64 and broadcast against x. The divisor keeps factors such as 1/3 exact."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        factor: FloatArray,
        offset: FloatArray,
        divisor: FloatArray = ONE,
        *,
        layer: str,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={
                "factor": dense_float(factor),
                "offset": dense_float(offset),
                "divisor": dense_float(divisor),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        self.require(bool((floats_of(self.divisor) != 0).all()), "divides by zero")

    def reference(self, x: FloatArray) -> FloatArray:
        scaled = x * floats_of(self.factor) + floats_of(self.offset)
        return scaled / floats_of(self.divisor)

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        return (x * at(self.factor, place) + at(self.offset, place)) / at(self.divisor, place)

    def rises(self) -> bool:
        return bool((floats_of(self.factor) / floats_of(self.divisor) >= 0).all())

    def line(self) -> tuple[FloatArray, FloatArray]:
        divisor = floats_of(self.divisor)
        return floats_of(self.factor) / divisor, floats_of(self.offset) / divisor
