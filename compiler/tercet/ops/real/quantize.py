"""From reals to integers."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import attr_def, irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.real import Place, at
from tercet.ir.rounding import ROUNDINGS, Rounding
from tercet.ir.types import (
    Dense,
    FloatArray,
    I64Attr,
    Int,
    IntArray,
    dense_float,
    floats_of,
    number,
    shape_of,
    tensor,
    tensor_type,
)


@irdl_op_definition
class Quantize(LayerOp):
    """q = clip(round(x / scale + zero_point), low, high): Brevitas' association.

    With `zero_after` ONNX' own: clip(round(x / scale) + zero_point, low, high).
    """

    name = "real.quantize"
    x = operand_def(TensorType)
    q = result_def(TensorType)
    scale = prop_def(Dense)
    """f64; broadcasts against x."""
    zero_point = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    rounding = prop_def(StringAttr)
    """A name of `tercet.ir.rounding`."""
    zero_after = prop_def(I64Attr)
    """1: the zero point is added after rounding, else 0."""
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
        rounding: str = "half_even",
        zero_after: bool = False,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[tensor(shape_of(x), element)],
            properties={
                "scale": dense_float(scale),
                "zero_point": number(zero_point),
                "low": number(clip.low),
                "high": number(clip.high),
                "rounding": StringAttr(rounding),
                "zero_after": number(int(zero_after)),
            },
            attributes={"layer": StringAttr(layer), "quantizer": StringAttr(quantizer)},
        )

    def verify_(self) -> None:
        self.require(bool((floats_of(self.scale) > 0).all()), "scales must be above zero")
        self.require(self.rounding.data in ROUNDINGS, f"no rounding {self.rounding.data!r}")
        held = Interval.of(tensor_type(self.q).element_type).holds(self.clip())
        self.require(held, f"{self.clip()} is not in {tensor_type(self.q).element_type}")

    def on(self, x: SSAValue, scale: FloatArray) -> "Quantize":
        """The same quantizer of another tensor."""
        return Quantize(
            x,
            scale,
            self.zero_point.value.data,
            self.clip(),
            tensor_type(self.q).element_type,
            layer=self.layer.data,
            quantizer=self.quantizer.data,
            rounding=self.rounding.data,
            zero_after=bool(self.zero_after.value.data),
        )

    def constants(self) -> tuple[Dense, ...]:
        """Those that may differ from element to element."""
        return (self.scale,)

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def mode(self) -> Rounding:
        return ROUNDINGS[self.rounding.data]

    def position(self, x: FloatArray) -> FloatArray:
        """Where x lies between the integers, before rounding and clipping."""
        return x / floats_of(self.scale) + self.zero_point.value.data

    def reference(self, x: FloatArray) -> IntArray:
        after = self.zero_point.value.data if self.zero_after.value.data else 0
        rounded = self.mode().reference(self.position(x) - after) + after
        clip = self.clip()
        return np.clip(rounded, clip.low, clip.high).astype(np.int64)

    def near(
        self, x: FloatArray, distance: float
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where x lies within `distance` steps of a place at which the result changes."""
        position, clip = self.position(x), self.clip()
        after = self.zero_point.value.data if self.zero_after.value.data else 0
        close = self.mode().distance(position - after) < distance
        inside = (position > clip.low - 2) & (position < clip.high + 2)
        return np.asarray(close & inside)

    def exact(self, x: Fraction, *, place: Place) -> int:
        """As `reference`, in rationals, for the element at `place`."""
        zero, clip = self.zero_point.value.data, self.clip()
        after = zero if self.zero_after.value.data else 0
        rounded = self.mode().exact(x / at(self.scale, place) + zero - after) + after
        return min(max(rounded, clip.low), clip.high)
