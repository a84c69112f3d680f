"""Sums and means over whole axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped
from tercet.frontends.aten.operators.arithmetic import ONE, ZERO, affine
from tercet.frontends.aten.reduction import Reduction
from tercet.frontends.aten.registry import converts
from tercet.ops.real.sum import RealSum

aten = torch.ops.aten


@converts(aten.sum.dim_IntList, note="over named axes, but not the batch")
def total(
    builder: AtenBuilder, x: Value, axes: Sequence[int], keepdim: bool = False, **_: Any
) -> Value:
    reduction = Reduction.of(builder, builder.real(x), axes)
    return reshaped(builder, _sums(builder, reduction), reduction.shape(keepdim))


@converts(aten.mean.dim)
def mean(
    builder: AtenBuilder, x: Value, axes: Sequence[int], keepdim: bool = False, **_: Any
) -> Value:
    reduction = Reduction.of(builder, builder.real(x), axes)
    count = np.asarray(float(reduction.count()))
    means = affine(builder, _sums(builder, reduction), ONE, ZERO, count)
    return reshaped(builder, means, reduction.shape(keepdim))


@converts(aten.sum.default, aten.mean.default)
def of_everything(builder: AtenBuilder, x: Value, **_: Any) -> Value:
    raise builder.unsupported(
        "adds up the rows of a batch", way_out="name the axes, as x.mean(dim=(1, 2)) does"
    )


def _sums(builder: AtenBuilder, reduction: Reduction) -> SSAValue:
    return builder.add(RealSum(reduction.block(builder), axis=2, layer=builder.layer))
