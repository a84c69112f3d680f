"""Weights and biases of layers in the form of the float dialect."""

import numpy as np

from tercet.frontends.aten.advice import float_weights
from tercet.frontends.aten.builder import AtenBuilder, Value, array
from tercet.frontends.integers import Integers
from tercet.ir.interval import Interval
from tercet.ir.types import SI8, FloatArray, IntArray

LIMITS = Interval.of(SI8)


def weights(builder: AtenBuilder, value: Value, axis: int) -> tuple[IntArray, FloatArray]:
    """Integers of at most 8 bits, and one scale or one for each index of `axis`."""
    if not isinstance(value, Integers):
        raise float_weights(builder.layer)
    values = value.values
    if values.size and not LIMITS.holds(Interval.around(values)):
        raise builder.unsupported(
            f"its weights less their zero point reach {Interval.around(values)}",
            wanted=f"{LIMITS}, so use a weight quantizer without a zero point",
        )
    return values, _scales(builder, value, axis)


def bias(builder: AtenBuilder, value: Value) -> tuple[FloatArray | None, FloatArray | None]:
    """The bias of a layer, and its scale if it is quantized."""
    if value is None:
        return None, None
    if isinstance(value, Integers):
        return value.values.astype(np.float64).reshape(-1), _flat(value.scale)
    if isinstance(value, int | float) or not hasattr(value, "detach"):
        raise builder.unsupported("its bias is computed from the input", wanted="a parameter")
    return array(value).reshape(-1), None


def _scales(builder: AtenBuilder, weight: Integers, axis: int) -> FloatArray:
    scale, shape = weight.scale, weight.values.shape
    if scale.size == 1:
        return scale.reshape(())
    aligned = (*[1] * (len(shape) - scale.ndim), *scale.shape)
    wanted = tuple(n if i == axis else 1 for i, n in enumerate(shape))
    if aligned != wanted:
        raise builder.unsupported(
            f"its weights of shape {shape} have scales of shape {scale.shape}",
            wanted=f"one scale, or one for each of the {shape[axis]} outputs",
        )
    return scale.reshape(-1)


def _flat(scale: FloatArray) -> FloatArray:
    return scale.reshape(-1) if scale.size > 1 else scale.reshape(())
