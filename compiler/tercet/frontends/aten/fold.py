"""Constants folded: an operator whose operands are all constant is run by torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tercet.frontends.aten.builder import Value, array
from tercet.frontends.integers import Integers
from tercet.ir.types import FloatArray

aten = torch.ops.aten
MOVEMENT = frozenset(
    {
        aten.alias.default,
        aten.clone.default,
        aten.detach.default,
        aten.expand.default,
        aten.permute.default,
        aten.reshape.default,
        aten.select.int,
        aten.slice.Tensor,
        aten.squeeze.dim,
        aten.squeeze.dims,
        aten.t.default,
        aten.transpose.int,
        aten.unsqueeze.default,
        aten.view.default,
    }
)
"""Operators that keep a quantized constant quantized."""


def folded(target: Any, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    """The constant result of an operator of constants."""
    first = arguments[0] if arguments else None
    if isinstance(first, Integers) and target in MOVEMENT:
        return _moved(target, first, arguments[1:])
    plain: Value = target(*map(_plain, arguments), **{k: _plain(v) for k, v in keywords.items()})
    return plain


def _moved(target: Any, constant: Integers, rest: Sequence[Any]) -> Integers:
    values = target(torch.from_numpy(constant.values), *rest)
    scale = constant.scale
    if scale.size > 1:
        wide = np.broadcast_to(scale, constant.values.shape).copy()
        scale = _narrow(target(torch.from_numpy(wide), *rest).numpy())
    return Integers(values.numpy(), scale)


def _narrow(scale: FloatArray) -> FloatArray:
    """The scale with one element along every axis on which it does not change."""
    for axis in range(scale.ndim):
        first = scale.take([0], axis)
        scale = first if (scale == first).all() else scale
    return scale


def _plain(value: Any) -> Any:
    if isinstance(value, Integers):
        return torch.from_numpy(array(value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.detach() if isinstance(value, Tensor) else value
