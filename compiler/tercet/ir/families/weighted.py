"""Real layers with quantized weights: linear, convolution and transposed convolution."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import operand_def, opt_prop_def, prop_def, result_def

from tercet.ir.families.sums import IntegerSum, SumOp
from tercet.ir.op import IntegerOp
from tercet.ir.types import (
    SI8,
    Dense,
    FloatArray,
    IntArray,
    dense,
    dense_float,
    floats_of,
    values_of,
)

ULPS = 4 * np.finfo(np.float64).eps
"""The relative error of three float64 roundings in the product of an integer and two scales."""


class WeightedOp(SumOp):
    """y = bias + scale * sum of weight * x, with a scale and a bias for each output channel."""

    x = operand_def(TensorType)
    y = result_def(TensorType)
    weight = prop_def(Dense)
    """si8, zero point already subtracted."""
    scale = prop_def(Dense)
    """f64, one element or one for each output channel."""
    bias = opt_prop_def(Dense)
    """f64, one for each output channel, in units of `bias_scale`."""
    bias_scale = opt_prop_def(Dense)
    """f64, one element or one a channel; present if the bias is quantized."""

    @abstractmethod
    def outputs(self) -> int:
        """How many output channels there are."""

    @abstractmethod
    def spread(self, constant: FloatArray) -> FloatArray:
        """`constant`, one element or one for each output channel, shaped to broadcast against y."""

    @abstractmethod
    def counterpart(self, q: SSAValue, bias: IntArray | None, zero_point: int) -> IntegerOp:
        """The integer operator with these weights."""

    def weights(self) -> IntArray:
        return values_of(self.weight)

    def kernels(self) -> IntArray:
        """The weights by output channel: [O, ..]."""
        return self.weights()

    def offsets(self) -> FloatArray:
        """The real bias of each output channel; zeros if the layer has none."""
        if self.bias is None:
            return np.zeros(self.outputs())
        unit = 1.0 if self.bias_scale is None else floats_of(self.bias_scale)
        return floats_of(self.bias) * unit

    def whole_bias(self, unit: float | None) -> IntArray | None:
        """The bias in units of the sums; None if it is not quantized on that scale.

        `unit` is the input's scale, None if the input has several.
        """
        if self.bias is None or self.bias_scale is None or unit is None:
            return None
        whole = unit * floats_of(self.scale)
        same = np.abs(floats_of(self.bias_scale) - whole) <= ULPS * whole
        values = floats_of(self.bias)
        fits = np.abs(values) < 2**31
        return values.astype(np.int64) if bool(same.all() and fits.all()) else None

    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        (q,), (zero,) = operands, zeros
        bias = self.whole_bias(unit)
        rest = self.spread(self.offsets()) if bias is None and self.bias is not None else None
        return IntegerSum(self.counterpart(q, bias, zero), self.spread(floats_of(self.scale)), rest)


def weighted_properties(
    weight: IntArray, scale: FloatArray, bias: FloatArray | None, bias_scale: FloatArray | None
) -> dict[str, Attribute | None]:
    """The properties that every `WeightedOp` has."""
    return {
        "weight": dense(weight, SI8),
        "scale": dense_float(scale),
        "bias": None if bias is None else dense_float(bias),
        "bias_scale": None if bias_scale is None else dense_float(bias_scale),
    }


def column(constant: FloatArray, axes: int) -> FloatArray:
    """`constant` with `axes` axes of extent 1 behind its channels; a single element unchanged."""
    return constant.reshape(-1, *(1,) * axes) if constant.size > 1 else constant.reshape(())
