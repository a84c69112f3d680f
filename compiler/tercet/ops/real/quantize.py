"""From reals to integers."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import attr_def, irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.interval import Interval
from tercet.ir.line import ClampedLine
from tercet.ir.op import LayerOp
from tercet.ir.real import per_channel, shape_of
from tercet.ir.types import (
    Dense,
    FloatArray,
    I64Attr,
    Int,
    IntArray,
    dense_float,
    floats_of,
    number,
    tensor,
)


@irdl_op_definition
class Quantize(LayerOp):
    """q = clip(round_half_even(x / scale + zero_point), low, high): Brevitas' association."""

    name = "real.quantize"
    x = operand_def(TensorType)
    q = result_def(TensorType)
    scale = prop_def(Dense)
    """f64, one element or one a channel."""
    zero_point = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    quantizer = attr_def(StringAttr)
    """Path of the quantizer in the user's model, such as "relu1.act_quant"; "" where unknown."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        scale: FloatArray,
        zero_point: int,
        clip: Interval,
        element: Int,
        *,
        layer: str,
        quantizer: str = "",
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[tensor(shape_of(x), element)],
            properties={
                "scale": dense_float(scale),
                "zero_point": number(zero_point),
                "low": number(clip.low),
                "high": number(clip.high),
            },
            attributes={"layer": StringAttr(layer), "quantizer": StringAttr(quantizer)},
        )

    def verify_(self) -> None:
        self.require(bool((floats_of(self.scale) > 0).all()), "scales must be above zero")

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def position(self, x: FloatArray) -> FloatArray:
        """Where x lies between the integers, before rounding and clipping."""
        return x / floats_of(self.scale) + self.zero_point.value.data

    def reference(self, x: FloatArray) -> IntArray:
        clip = self.clip()
        return np.clip(np.rint(self.position(x)), clip.low, clip.high).astype(np.int64)

    def line(self, channel: int) -> ClampedLine:
        """As `position`, in rationals, for the elements of `channel`."""
        zero = Fraction(self.zero_point.value.data)
        return ClampedLine(1 / per_channel(self.scale, channel), zero)
