"""Concatenation, stacking and repetition of tensors."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import BATCH, AtenBuilder, Value, array
from tercet.frontends.aten.movement import joined, reshaped
from tercet.frontends.aten.registry import converts
from tercet.frontends.integers import Integers
from tercet.ir.types import shape_of
from tercet.ops.broadcast import Broadcast
from tercet.ops.real.affine import Affine
from tercet.ops.repeat import Repeat
from tercet.ops.slice import Slice

aten = torch.ops.aten


@converts(
    aten.cat.default,
    aten.concat.default,
    layers="QuantCat",
    note=("tensors of one quantizer, and constants on its grid, as zeros always are"),
)
def cat(builder: AtenBuilder, tensors: Sequence[Value], axis: int = 0) -> Value:
    like = next(one for one in tensors if isinstance(one, SSAValue))
    parts = [one if isinstance(one, SSAValue) else constant(builder, one, like) for one in tensors]
    return joined(builder, parts, builder.axis(axis, len(shape_of(like))))


@converts(aten.hstack.default)
def hstack(builder: AtenBuilder, tensors: Sequence[Value]) -> Value:
    return cat(builder, tensors, 1)


@converts(aten.stack.default)
def stack(builder: AtenBuilder, tensors: Sequence[Value], axis: int = 0) -> Value:
    like = next(one for one in tensors if isinstance(one, SSAValue))
    parts = [one if isinstance(one, SSAValue) else constant(builder, one, like) for one in tensors]
    at = builder.axis(axis, len(shape_of(like)) + 1)
    shape = list(shape_of(like)[1:])
    shape.insert(at - 1, 1)
    return joined(builder, [reshaped(builder, part, shape) for part in parts], at)


@converts(aten.repeat.default, aten.tile.default, note="`repeat` and `tile` once along the batch")
def repeat(builder: AtenBuilder, x: Value, times: Sequence[int]) -> Value:
    source = builder.tensor(x)
    rank = len(shape_of(source))
    counts = [1] * (rank - len(times)) + list(times)
    if len(counts) != rank or counts[0] != 1:
        raise builder.unsupported(
            f"repeats {shape_of(source)} {tuple(times)} times",
            wanted="1 for the batch, and one number for each axis",
        )
    for axis, count in enumerate(counts):
        source = joined(builder, [source] * count, axis)
    return source


@converts(aten.repeat_interleave.self_int, note="`repeat_interleave` along a named axis")
def repeat_interleave(builder: AtenBuilder, x: Value, times: int, axis: int | None = None) -> Value:
    source = builder.tensor(x)
    if axis is None:
        raise builder.unsupported(
            "repeats a flattened batch", way_out="name the axis to repeat along"
        )
    counts = [1] * len(shape_of(source))
    counts[builder.axis(axis, len(counts))] = times
    return builder.add(Repeat(source, counts, layer=builder.layer))


def constant(builder: AtenBuilder, value: Value, like: SSAValue) -> SSAValue:
    """A constant as a tensor of the network: 0 * (an element of `like`) + value."""
    if not isinstance(value, Tensor | Integers):
        raise builder.unsupported("joins a value that is not a tensor", wanted="tensors")
    values = array(value)
    if values.shape[0] not in (1, BATCH) or not (values == values[:1]).all():
        raise builder.unsupported(
            f"joins a constant of shape {values.shape}",
            wanted="one that is the same for every row of a batch, x.shape[0] of them",
        )
    rank, layer = len(shape_of(like)), builder.layer
    one = builder.add(Slice(builder.real(like), [0] * rank, [1] * rank, [1] * rank, layer=layer))
    row = values[0]
    wide = builder.add(Broadcast(reshaped(builder, one, [1] * row.ndim), row.shape, layer=layer))
    return builder.add(Affine(wide, np.zeros(()), row, layer=layer))
