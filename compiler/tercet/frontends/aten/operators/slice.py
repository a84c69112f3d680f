"""Slices, splits, indexing and rolls."""

from collections.abc import Sequence

import torch

from tercet.frontends.aten.builder import BATCH, AtenBuilder, Value, array
from tercet.frontends.aten.movement import picked, sliced, taken, upright
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of

aten = torch.ops.aten


@converts(aten.slice.Tensor)
def slice_(
    builder: AtenBuilder,
    x: Value,
    axis: int = 0,
    start: int | None = None,
    stop: int | None = None,
    step: int = 1,
) -> Value:
    source = builder.tensor(x)
    rank = len(shape_of(source))
    if axis % rank == 0 and range(BATCH)[start:stop:step] == range(BATCH):
        return source
    at = builder.axis(axis, rank)
    part = range(shape_of(source)[at])[start:stop:step]
    return sliced(builder, source, at, part.start, part.stop, part.step)


@converts(aten.select.int, turned=True)
def select(builder: AtenBuilder, x: Value, axis: int, index: int) -> Value:
    return taken(builder, x, axis, index)


@converts(aten.split_with_sizes.default)
def split_with_sizes(builder: AtenBuilder, x: Value, sizes: Sequence[int], axis: int = 0) -> Value:
    source = builder.tensor(x)
    at = builder.axis(axis, len(shape_of(source)))
    parts, start = [], 0
    for size in sizes:
        parts.append(sliced(builder, source, at, start, start + size))
        start += size
    return parts


@converts(aten.split.Tensor)
def split(builder: AtenBuilder, x: Value, size: int, axis: int = 0) -> Value:
    source = builder.tensor(x)
    extent = shape_of(source)[builder.axis(axis, len(shape_of(source)))]
    sizes = [min(size, extent - start) for start in range(0, extent, size)]
    return split_with_sizes(builder, x, sizes, axis)


@converts(aten.unbind.int, turned=True)
def unbind(builder: AtenBuilder, x: Value, axis: int = 0) -> Value:
    source, order = upright(builder, x)
    at = builder.axis(order[axis], len(order))
    return [taken(builder, x, axis, i) for i in range(shape_of(source)[at])]


@converts(aten.index_select.default)
def index_select(builder: AtenBuilder, x: Value, axis: int, index: Value) -> Value:
    source = builder.tensor(x)
    at = builder.axis(axis, len(shape_of(source)))
    extent = shape_of(source)[at]
    return picked(builder, source, at, [int(i) % extent for i in array(index).ravel()])


@converts(aten.index.Tensor, note="indices are one list of constants")
def index_(builder: AtenBuilder, x: Value, indices: Sequence[Value]) -> Value:
    given = [axis for axis, index in enumerate(indices) if index is not None]
    if len(given) != 1 or getattr(indices[given[0]], "ndim", 0) != 1:
        raise builder.unsupported(
            "indexes with several tensors", wanted="one list of constant indices"
        )
    return index_select(builder, x, given[0], indices[given[0]])


@converts(aten.flip.default)
def flip(builder: AtenBuilder, x: Value, axes: Sequence[int]) -> Value:
    source = builder.tensor(x)
    for axis in axes:
        at = builder.axis(axis, len(shape_of(source)))
        source = picked(builder, source, at, range(shape_of(source)[at])[::-1])
    return source


@converts(aten.roll.default, note="`roll` along named axes")
def roll(builder: AtenBuilder, x: Value, shifts: Sequence[int], axes: Sequence[int] = ()) -> Value:
    source = builder.tensor(x)
    if not axes:
        raise builder.unsupported("rolls all axes as one", way_out="name the axes")
    for shift, axis in zip(shifts, axes, strict=True):
        at = builder.axis(axis, len(shape_of(source)))
        extent = shape_of(source)[at]
        source = picked(builder, source, at, [(i - shift) % extent for i in range(extent)])
    return source
