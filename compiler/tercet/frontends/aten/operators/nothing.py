"""Operators that return their operand: identity, dropout in evaluation, casts."""

from typing import Any

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import tensor_type
from tercet.ops.real.dequantize import Dequantize

aten = torch.ops.aten


@converts(
    aten.alias.default,
    aten.clone.default,
    aten.detach.default,
    aten.type_as.default,
    layers="Identity Dropout Dropout1d Dropout2d AlphaDropout",
    note="dropout is gone in evaluation",
)
def copy(builder: AtenBuilder, x: Value, *_: Any, **__: Any) -> Value:
    return x


@converts(aten._assert_tensor_metadata.default)
def assertion(builder: AtenBuilder, x: Value, *_: Any, **__: Any) -> Value:
    return None


@converts(
    aten._to_copy.default,
    note=("casts that keep every value: to the type the tensor has, and of integers to floats"),
)
def cast(builder: AtenBuilder, x: Value, *arguments: Any, **keywords: Any) -> Value:
    """The operand of a cast that keeps every value; other casts are refused.

    The model is captured in float64, so a cast to any other type is the model's own. Casts of
    integers to float32 are exact and count as casts to float64.
    """
    source = builder.tensor(x)
    for wish in (*arguments, *keywords.values()):
        if not isinstance(wish, torch.dtype):
            continue
        if is_real(source) and wish != torch.float64:
            raise builder.unsupported(
                f"casts to {wish}", way_out="let it keep the type of its input, as x.to(other) does"
            )
        if not is_real(source):
            source = _of_integers(builder, source, wish)
    return source


def _of_integers(builder: AtenBuilder, q: SSAValue, wish: torch.dtype) -> SSAValue:
    if wish in (torch.float32, torch.float64):
        return builder.add(Dequantize(q, np.ones(()), layer=builder.layer))
    given = tensor_type(q).element_type
    if not wish.is_floating_point and wish != torch.bool:
        held = torch.iinfo(wish)
        # indices are declared with 64 bits; the number of a table's rows bounds them
        index = given.width.data == held.bits * 2 == 64
        if index or Interval(held.min, held.max).holds(Interval.of(given)):
            return q
    raise builder.unsupported(
        f"casts integers {given} to {wish}",
        wanted="torch.float32, or integers that hold them all",
    )
