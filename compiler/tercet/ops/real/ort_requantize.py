"""Requantization as ONNXRuntime computes it in float32, bit for bit."""

from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import attr_def, irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import Place
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import (
    Array,
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
)


@irdl_op_definition
class OrtRequantize(LayerOp):
    """q = clip(rint(float32(x) * factor) + zero_point), every product rounded to float32."""

    name = "real.ort_requantize"
    x = operand_def(TensorType)
    """Accumulators, which are integers."""
    q = result_def(TensorType)
    factor = prop_def(Dense)
    """float32 values; broadcasts against x."""
    zero_point = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    scale = prop_def(Dense)
    """The scale of the result: metadata."""
    quantizer = attr_def(StringAttr)
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        factor: FloatArray,
        zero_point: int,
        clip: Interval,
        element: Int,
        *,
        layer: str,
        quantizer: str = "",
        scale: float = 1.0,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[tensor(shape_of(x), element)],
            properties={
                "factor": dense_float(factor),
                "zero_point": number(zero_point),
                "low": number(clip.low),
                "high": number(clip.high),
                "scale": dense_float(np.asarray(scale)),
            },
            attributes={"layer": StringAttr(layer), "quantizer": StringAttr(quantizer)},
        )

    def verify_(self) -> None:
        factor = floats_of(self.factor)
        single = bool((factor == factor.astype(np.float32)).all() and (factor > 0).all())
        self.require(single, "its factors must be float32 numbers above zero")

    def constants(self) -> tuple[Dense, ...]:
        """The constants that may differ from element to element."""
        return (self.factor,)

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def reference(self, x: Array) -> IntArray:
        product = x.astype(np.float32) * floats_of(self.factor).astype(np.float32)
        clip, zero = self.clip(), self.zero_point.value.data
        return np.asarray(np.clip(np.rint(product) + zero, clip.low, clip.high), np.int64)

    def near(self, x: Array, distance: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """False everywhere: the float32 result is exact by definition."""
        return np.zeros(x.shape, np.bool_)

    def exact(self, x: Fraction, *, place: Place) -> int:
        factors = floats_of(self.factor)
        tail = place[len(place) - factors.ndim :]
        factor = factors[tuple(min(i, n - 1) for i, n in zip(tail, factors.shape, strict=True))]
        product = np.float32(int(x)) * np.float32(factor)
        clip = self.clip()
        return min(max(int(np.rint(product)) + self.zero_point.value.data, clip.low), clip.high)
