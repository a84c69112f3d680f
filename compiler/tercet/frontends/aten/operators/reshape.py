"""Reshapes and expansions, to the shape that torch computed."""

from typing import Any

import torch

from tercet.frontends.aten.builder import BATCH, AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.broadcast import Broadcast

aten = torch.ops.aten


@converts(
    aten._unsafe_view.default,
    aten.squeeze.default,
    aten.squeeze.dim,
    aten.squeeze.dims,
    aten.unsqueeze.default,
    aten.view.default,
    layers="Flatten Unflatten",
    note="the batch stays the first axis",
)
def reshape(builder: AtenBuilder, x: Value, *_: Any, **__: Any) -> Value:
    return reshaped(builder, builder.tensor(x), builder.shape())


@converts(aten.expand.default)
def expand(builder: AtenBuilder, x: Value, *_: Any, **__: Any) -> Value:
    source, shape = builder.tensor(x), builder.shape()
    if len(shape) + 1 != len(shape_of(source)):
        raise builder.unsupported(
            f"expands {shape_of(source)} to {(BATCH, *shape)}",
            way_out="unsqueeze after the batch first",
        )
    if shape == shape_of(source)[1:]:
        return source
    return builder.add(Broadcast(source, shape, layer=builder.layer))
