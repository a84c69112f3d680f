"""Dense layers."""

import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.frontends.aten.weights import bias, weights
from tercet.ops.real.linear import RealLinear

aten = torch.ops.aten


@converts(
    aten.linear.default,
    layers="QuantLinear",
    note="weights of 1 to 8 bits, per tensor or per output",
)
def linear(builder: AtenBuilder, x: Value, weight: Value, offsets: Value = None) -> Value:
    source = builder.real(x)
    values, scale = weights(builder, weight, axis=0)
    offset, unit = bias(builder, offsets)
    return builder.add(RealLinear(source, values, scale, offset, unit, layer=builder.layer))
