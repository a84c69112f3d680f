"""From integers to the reals they stand for."""

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.line import ClampedLine
from tercet.ir.op import LayerOp
from tercet.ir.real import per_channel, real_tensor, shape_of
from tercet.ir.types import Dense, FloatArray, I64Attr, IntArray, dense_float, floats_of, number


@irdl_op_definition
class Dequantize(LayerOp):
    """x = scale * (q - zero_point)."""

    name = "real.dequantize"
    q = operand_def(TensorType)
    x = result_def(TensorType)
    scale = prop_def(Dense)
    """f64, one element or one a channel."""
    zero_point = prop_def(I64Attr)
    traits = traits_def(Pure())

    def __init__(self, q: SSAValue, scale: FloatArray, zero_point: int = 0, *, layer: str) -> None:
        super().__init__(
            operands=[q],
            result_types=[real_tensor(shape_of(q))],
            properties={"scale": dense_float(scale), "zero_point": number(zero_point)},
            attributes={"layer": StringAttr(layer)},
        )

    def reference(self, q: IntArray) -> FloatArray:
        return (q - self.zero_point.value.data) * floats_of(self.scale)

    def line(self, channel: int) -> ClampedLine:
        """As `reference`, in rationals, for the elements of `channel`."""
        scale = per_channel(self.scale, channel)
        return ClampedLine(scale, -self.zero_point.value.data * scale)
