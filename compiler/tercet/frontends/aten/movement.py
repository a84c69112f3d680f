"""Data movement that several torch operators are made of."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import Builder
from tercet.ir.types import shape_of
from tercet.ops.concat import Concat
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.transpose import Transpose


def reshaped(builder: Builder, x: SSAValue, shape: Sequence[int]) -> SSAValue:
    """`x` in another shape, given without the batch."""
    if tuple(shape) == shape_of(x)[1:]:
        return x
    return builder.add(Reshape(x, shape, layer=builder.layer))


def transposed(builder: Builder, x: SSAValue, permutation: Sequence[int]) -> SSAValue:
    rank = len(permutation)
    order = [axis % rank for axis in permutation]
    if order[0] != 0:
        raise builder.unsupported(
            f"moves the batch axis, by the order {tuple(order)}",
            "keep the batch as the first axis, as batch_first=True does",
        )
    if order == list(range(rank)):
        return x
    return builder.add(Transpose(x, order, layer=builder.layer))


def sliced(
    builder: Builder, x: SSAValue, axis: int, start: int, stop: int, step: int = 1
) -> SSAValue:
    """x[start:stop:step] along one axis; nothing counts from the end."""
    shape = shape_of(x)
    if (start, stop, step) == (0, shape[axis], 1):
        return x
    starts, stops, steps = [0] * len(shape), list(shape), [1] * len(shape)
    starts[axis], stops[axis], steps[axis] = start, stop, step
    return builder.add(Slice(x, starts, stops, steps, layer=builder.layer))


def joined(builder: Builder, parts: Sequence[SSAValue], axis: int) -> SSAValue:
    return parts[0] if len(parts) == 1 else builder.add(Concat(parts, axis, layer=builder.layer))


def picked(builder: Builder, x: SSAValue, axis: int, indices: Sequence[int]) -> SSAValue:
    """x[indices] along one axis, in as few slices as there are."""
    parts = []
    for start, step, count in runs(indices):
        stop = min(start + step * count, shape_of(x)[axis])
        parts.append(sliced(builder, x, axis, start, stop, step))
    return joined(builder, parts, axis)


def runs(indices: Sequence[int]) -> list[tuple[int, int, int]]:
    """(start, step, count) of stretches that rise by one step of at least 1."""
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
