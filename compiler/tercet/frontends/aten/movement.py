"""Data movement shared by several torch operators."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Turned, Value
from tercet.ir.types import shape_of
from tercet.ops.concat import Concat
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.transpose import Transpose


def reshaped(builder: AtenBuilder, x: SSAValue, shape: Sequence[int]) -> SSAValue:
    """`x` in another shape, given without the batch."""
    if tuple(shape) == shape_of(x)[1:]:
        return x
    return builder.add(Reshape(x, shape, layer=builder.layer))


def transposed(builder: AtenBuilder, x: SSAValue, permutation: Sequence[int]) -> SSAValue:
    """`x` with its axes in another order, the batch first."""
    return builder.tensor(turned(builder, x, permutation))


def turned(builder: AtenBuilder, x: Value, permutation: Sequence[int]) -> Value:
    """`x` with its axes in another order; the batch may be anywhere, before and after."""
    source, before = upright(builder, x)
    order = tuple(before[axis % len(before)] for axis in permutation)
    if order[0] != 0:
        return Turned(source, order, builder.layer)
    if order == tuple(range(len(order))):
        return source
    return builder.add(Transpose(source, order, layer=builder.layer))


def upright(builder: AtenBuilder, x: Value) -> tuple[SSAValue, tuple[int, ...]]:
    """The tensor behind `x` with the batch first, and the order of its axes in `x`."""
    if isinstance(x, Turned):
        return x.x, x.order
    source = builder.tensor(x)
    return source, tuple(range(len(shape_of(source))))


def taken(builder: AtenBuilder, x: Value, axis: int, index: int) -> Value:
    """x[index] along one axis, which is removed."""
    source, order = upright(builder, x)
    at = builder.axis(order[axis], len(order))
    index %= shape_of(source)[at]
    rest = [n for i, n in enumerate(shape_of(source)) if i not in (0, at)]
    part = reshaped(builder, sliced(builder, source, at, index, index + 1), rest)
    left = [one for one in order if one != at]
    return turned(builder, part, [one - (one > at) for one in left])


def sliced(
    builder: AtenBuilder, x: SSAValue, axis: int, start: int, stop: int, step: int = 1
) -> SSAValue:
    """x[start:stop:step] along one axis; limits are not negative."""
    shape = shape_of(x)
    if (start, stop, step) == (0, shape[axis], 1):
        return x
    starts, stops, steps = [0] * len(shape), list(shape), [1] * len(shape)
    starts[axis], stops[axis], steps[axis] = start, stop, step
    return builder.add(Slice(x, starts, stops, steps, layer=builder.layer))


def joined(builder: AtenBuilder, parts: Sequence[SSAValue], axis: int) -> SSAValue:
    return parts[0] if len(parts) == 1 else builder.add(Concat(parts, axis, layer=builder.layer))


def picked(builder: AtenBuilder, x: SSAValue, axis: int, indices: Sequence[int]) -> SSAValue:
    """x[indices] along one axis, as a concatenation of the fewest slices."""
    parts = []
    for start, step, count in runs(indices):
        stop = min(start + step * count, shape_of(x)[axis])
        parts.append(sliced(builder, x, axis, start, stop, step))
    return joined(builder, parts, axis)


def runs(indices: Sequence[int]) -> list[tuple[int, int, int]]:
    """(start, step, count) of the runs of indices that rise by a constant step of at least 1."""
    found: list[tuple[int, int, int]] = []
    for index in indices:
        if found:
            start, step, count = found[-1]
            gap = index - (start + step * (count - 1))
            if gap >= 1 and (count == 1 or gap == step):
                found[-1] = (start, gap, count + 1)
                continue
        found.append((index, 1, 1))
    return found
