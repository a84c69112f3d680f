"""Operators that change no value."""

from typing import Any

import torch

from tercet.frontends.aten.builder import Builder, Value
from tercet.frontends.aten.registry import converts

aten = torch.ops.aten


@converts(aten.dropout.default)
def dropout(builder: Builder, x: Value, p: float, training: bool) -> Value:
    return x


@converts(
    aten.alias.default,
    aten.clone.default,
    aten.contiguous.default,
    aten.detach.default,
    aten.detach_.default,
    aten.lift_fresh_copy.default,
    leftover=True,
)
def copy(builder: Builder, x: Value, **_: Any) -> Value:
    return x


@converts(aten._assert_tensor_metadata.default, leftover=True)
def assertion(builder: Builder, x: Value, *_: Any, **__: Any) -> Value:
    return None


@converts(aten.to.dtype, aten.to.device, aten.to.dtype_layout, aten._to_copy.default, leftover=True)
def cast(builder: Builder, x: Value, *arguments: Any, **keywords: Any) -> Value:
    """The model is captured in float64, so any other type is the model's own wish."""
    for wish in (*arguments, *keywords.values()):
        if isinstance(wish, torch.dtype) and wish != torch.float64:
            raise builder.unsupported(f"casts to {wish}", "let it keep the type of its input")
    return x
