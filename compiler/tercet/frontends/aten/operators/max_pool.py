"""Max pooling, and maxima over whole axes."""

from collections.abc import Sequence

import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.advice import advice
from tercet.frontends.aten.builder import Absent, AtenBuilder, Value
from tercet.frontends.aten.movement import joined, reshaped, sliced
from tercet.frontends.aten.operators.conv import Numbers, each
from tercet.frontends.aten.reduction import Reduction
from tercet.frontends.aten.registry import converts
from tercet.frontends.aten.windows import adaptive, end_padding
from tercet.ir.families.spatial import Ints
from tercet.ir.types import shape_of
from tercet.ops.max_pool import MaxPool

aten = torch.ops.aten


@converts(
    aten.max_pool1d.default,
    aten.max_pool2d.default,
    layers="MaxPool1d MaxPool2d",
    note="padding, dilation, `ceil_mode`; the index of a maximum is not used",
)
def max_pool(
    builder: AtenBuilder,
    x: Value,
    kernel: Numbers,
    stride: Numbers = (),
    padding: Numbers = 0,
    dilation: Numbers = 1,
    ceil_mode: bool = False,
) -> Value:
    source = builder.tensor(x)
    sizes = shape_of(source)[2:]
    extents, spread = each(kernel, len(sizes)), each(dilation, len(sizes))
    steps = each(stride, len(sizes)) or extents
    before = each(padding, len(sizes))
    outputs = builder.shape()[1:]
    reach = tuple((k - 1) * d + 1 for k, d in zip(extents, spread, strict=True))
    after = end_padding(sizes, outputs, reach, steps, before)
    pairs = tuple(zip(before, after, strict=True))
    pool = MaxPool(
        source, kernel=extents, stride=steps, padding=pairs, dilation=spread, layer=builder.layer
    )
    return builder.add(pool)


@converts(
    aten.adaptive_max_pool1d.default,
    aten.adaptive_max_pool2d.default,
    layers="AdaptiveMaxPool1d AdaptiveMaxPool2d",
    note="adaptive to any output size",
)
def adaptive_max_pool(builder: AtenBuilder, x: Value, outputs: Sequence[int]) -> Value:
    """Adaptive max pooling as maxima along one axis after the other."""
    source = builder.tensor(x)
    for axis, count in enumerate(outputs, start=2):
        source = _along(builder, source, axis, count)
    return source, _place(builder)


@converts(aten.amax.default, note="`amax` and `max` over named axes")
def amax(builder: AtenBuilder, x: Value, axes: Sequence[int] = (), keepdim: bool = False) -> Value:
    reduction = Reduction.of(builder, x, axes)
    rows = reduction.rows(builder)
    return reshaped(builder, _largest(builder, rows), reduction.shape(keepdim))


@converts(aten.max.dim)
def largest(builder: AtenBuilder, x: Value, axis: int, keepdim: bool = False) -> Value:
    return amax(builder, x, [axis], keepdim), _place(builder)


def _place(builder: AtenBuilder) -> Absent:
    found = builder.unsupported("the index of a maximum is used", way_out=advice("argmax"))
    return Absent(found)


def _along(builder: AtenBuilder, x: SSAValue, axis: int, count: int) -> SSAValue:
    cells = adaptive(shape_of(x)[axis], count)
    step = cells[1][0] if len(cells) > 1 else 1
    size = cells[0][1]
    if all(cell == (i * step, i * step + size) for i, cell in enumerate(cells)):
        return _pool(builder, x, axis, size, step)
    parts = [sliced(builder, x, axis, start, stop) for start, stop in cells]
    tops = [_pool(builder, part, axis, shape_of(part)[axis], 1) for part in parts]
    return joined(builder, tops, axis)


def _pool(builder: AtenBuilder, x: SSAValue, axis: int, size: int, step: int) -> SSAValue:
    def along(value: int) -> Ints:
        return tuple(value if i == axis else 1 for i in range(2, len(shape_of(x))))

    ones = (1,) * (len(shape_of(x)) - 2)
    return builder.add(
        MaxPool(
            x,
            kernel=along(size),
            stride=along(step),
            padding=((0, 0),) * len(ones),
            dilation=ones,
            layer=builder.layer,
        )
    )


def _largest(builder: AtenBuilder, rows: SSAValue) -> SSAValue:
    return _pool(builder, rows, 2, shape_of(rows)[2], 1)
