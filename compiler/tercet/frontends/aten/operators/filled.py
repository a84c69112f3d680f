"""Constants shaped like a tensor of the network: zeros_like, full_like and the like."""

from typing import Any

import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts

aten = torch.ops.aten


@converts(aten.zeros_like.default, aten.new_zeros.default)
def zeros(builder: AtenBuilder, *_: Any, **__: Any) -> Value:
    return torch.zeros(builder.result, dtype=torch.float64)


@converts(aten.ones_like.default, aten.new_ones.default)
def ones(builder: AtenBuilder, *_: Any, **__: Any) -> Value:
    return torch.ones(builder.result, dtype=torch.float64)


@converts(aten.full_like.default)
def full_like(builder: AtenBuilder, x: Value, value: float, **_: Any) -> Value:
    return torch.full(builder.result, value, dtype=torch.float64)


@converts(aten.new_full.default)
def new_full(builder: AtenBuilder, x: Value, size: Any, value: float, **_: Any) -> Value:
    return torch.full(builder.result, value, dtype=torch.float64)
