"""Data movement."""

import torch

from tercet.frontends.aten.builder import Builder, Value
from tercet.frontends.aten.registry import converts
from tercet.ir.real import shape_of
from tercet.ops.real.flatten import RealFlatten

aten = torch.ops.aten


@converts(aten.flatten.using_ints)
def flatten(builder: Builder, x: Value, start: int = 0, end: int = -1) -> Value:
    source = builder.real(x)
    if start != 1 or end not in (-1, len(shape_of(source)) - 1):
        raise builder.unsupported(f"flatten({start}, {end})", "wanted flatten(1)")
    return builder.add(RealFlatten(source, layer=builder.layer))


@converts(aten.view.default, aten.reshape.default)
def reshape(builder: Builder, x: Value, shape: list[int]) -> Value:
    if len(shape) != 2 or shape[0] not in (1, -1):
        raise builder.unsupported(f"reshape to {shape}", "wanted (batch, features)")
    return builder.add(RealFlatten(builder.real(x), layer=builder.layer))
