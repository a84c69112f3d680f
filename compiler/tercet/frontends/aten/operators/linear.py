"""Dense layers."""

import numpy as np
import torch

from tercet.frontends.aten.builder import Builder, Integers, Value, array
from tercet.frontends.aten.registry import converts
from tercet.ir.types import FloatArray
from tercet.ops.real.linear import RealLinear

LARGEST = 127
"""Of a weight's magnitude."""


@converts(torch.ops.aten.linear.default)
def linear(builder: Builder, x: Value, weight: Value, bias: Value = None) -> Value:
    if not isinstance(weight, Integers):
        raise builder.unsupported(
            "its weights are floats",
            "use brevitas.nn.QuantLinear with a weight quantizer of at most 8 bits, such as "
            "tercet.frontends.quantizers.TernaryWeight",
        )
    if np.abs(weight.values).max(initial=0) > LARGEST:
        raise builder.unsupported("its weights leave -127 to 127", "use narrow_range")
    n = weight.values.shape[0]
    if weight.scale.size not in (1, n):
        raise builder.unsupported(
            f"its weights have scales of shape {weight.scale.shape}",
            f"wanted one, or one for each of the {n} outputs",
        )
    offsets, unit = _bias(bias)
    source, scale = builder.real(x), _flat(weight.scale)
    layer = builder.layer
    return builder.add(RealLinear(source, weight.values, scale, offsets, unit, layer=layer))


def _bias(bias: Value) -> tuple[FloatArray | None, FloatArray | None]:
    """The bias of a linear layer, and its scale where it is quantized."""
    if isinstance(bias, Integers):
        return bias.values.astype(np.float64), _flat(bias.scale)
    return (None if bias is None else array(bias)), None


def _flat(scale: FloatArray) -> FloatArray:
    """One element, or one a channel."""
    return scale.reshape(-1) if scale.size > 1 else scale.reshape(())
