"""A factor and an offset for each channel."""

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.line import ClampedLine
from tercet.ir.real import ElementwiseOp, per_channel, real_tensor, shape_of
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of


@irdl_op_definition
class Affine(ElementwiseOp):
    """y = factor * x + offset."""

    name = "real.affine"
    factor = prop_def(Dense)
    """f64, one element or one a channel."""
    offset = prop_def(Dense)
    """f64, one element or one a channel."""
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, factor: FloatArray, offset: FloatArray, *, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={"factor": dense_float(factor), "offset": dense_float(offset)},
            attributes={"layer": StringAttr(layer)},
        )

    def reference(self, x: FloatArray) -> FloatArray:
        return x * floats_of(self.factor) + floats_of(self.offset)

    def line(self, channel: int) -> ClampedLine:
        return ClampedLine(per_channel(self.factor, channel), per_channel(self.offset, channel))
