"""Constant masks: masked elements are replaced by a constant."""

import numpy as np
import torch
from torch import Tensor
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value, array
from tercet.frontends.aten.operators.arithmetic import affine
from tercet.frontends.aten.registry import converts

aten = torch.ops.aten


@converts(aten.masked_fill.Scalar, aten.masked_fill.Tensor, note="the mask is a constant")
def masked_fill(builder: AtenBuilder, x: Value, mask: Value, value: Value) -> Value:
    source = builder.real(x)
    if isinstance(mask, SSAValue):
        raise builder.unsupported("its mask depends on the input", way_out="use clamp or a product")
    hidden = builder.constant(mask, source)
    filling = builder.constant(value, source)
    return affine(builder, source, 1 - hidden, np.where(hidden == 1, filling, 0.0))


@converts(aten.where.self, aten.where.ScalarOther)
def where(builder: AtenBuilder, condition: Value, x: Value, other: Value) -> Value:
    if isinstance(condition, SSAValue) or isinstance(other, SSAValue):
        raise builder.unsupported(
            "its condition depends on the input", way_out="use clamp, ReLU or nn.Threshold"
        )
    hidden = torch.from_numpy(1 - array(condition)) if isinstance(condition, Tensor) else None
    return masked_fill(builder, x, hidden, other)
