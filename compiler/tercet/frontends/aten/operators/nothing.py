"""Operators that change no value."""

from typing import Any

import numpy as np
import torch

from tercet.frontends.aten.builder import Builder, Value
from tercet.frontends.aten.registry import converts
from tercet.ir.real import is_real
from tercet.ops.real.dequantize import Dequantize

aten = torch.ops.aten


@converts(
    aten.alias.default,
    aten.clone.default,
    aten.detach.default,
    aten.type_as.default,
)
def copy(builder: Builder, x: Value, *_: Any, **__: Any) -> Value:
    return x


@converts(aten._assert_tensor_metadata.default)
def assertion(builder: Builder, x: Value, *_: Any, **__: Any) -> Value:
    return None


@converts(aten._to_copy.default)
def cast(builder: Builder, x: Value, *arguments: Any, **keywords: Any) -> Value:
    """The model is captured in float64, so any other type is the model's own wish."""
    source = builder.tensor(x)
    wishes = [w for w in (*arguments, *keywords.values()) if isinstance(w, torch.dtype)]
    if is_real(source):
        if any(wish != torch.float64 for wish in wishes):
            raise builder.unsupported(
                f"casts to {wishes[0]}", "let it keep the type of its input, as x.to(other) does"
            )
        return source
    if any(wish.is_floating_point for wish in wishes):
        return builder.add(Dequantize(source, np.ones(()), layer=builder.layer))
    return source
