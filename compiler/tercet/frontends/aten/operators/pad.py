"""Padding with a constant or with the tensor's own elements."""

from collections.abc import Sequence

import torch
from torch.nn.functional import pad as torch_pad

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import picked, sliced
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.pad import RealPad

aten = torch.ops.aten


@converts(
    aten.pad.default,
    layers=(
        "ZeroPad2d ConstantPad1d ConstantPad2d ReflectionPad1d ReflectionPad2d "
        "ReplicationPad1d ReplicationPad2d CircularPad1d CircularPad2d"
    ),
)
def pad(
    builder: AtenBuilder,
    x: Value,
    pads: Sequence[int],
    mode: str = "constant",
    value: float | None = None,
) -> Value:
    """Padding by torch's list, last axis first; negative numbers crop."""
    if mode != "constant":
        return _of_its_own(builder, x, pads, mode)
    source = builder.real(x)
    pairs = [(0, 0)] * len(shape_of(source))
    for i in range(0, len(pads), 2):
        axis, (begin, end) = len(pairs) - 1 - i // 2, pads[i : i + 2]
        extent = shape_of(source)[axis]
        cut = max(0, -begin), extent - max(0, -end)
        source = sliced(
            builder, source, builder.axis(axis, len(pairs)) if cut != (0, extent) else axis, *cut
        )
        pairs[axis] = (max(0, begin), max(0, end))
    if pairs[0] != (0, 0):
        builder.axis(0, len(pairs))
    if all(pair == (0, 0) for pair in pairs):
        return source
    return builder.add(RealPad(source, pairs, float(value or 0), layer=builder.layer))


def _of_its_own(builder: AtenBuilder, x: Value, pads: Sequence[int], mode: str) -> Value:
    """The tensor with padding of its own elements, whose places torch finds by padding a ramp."""
    source = builder.tensor(x)
    rank = len(shape_of(source))
    for i in range(0, len(pads), 2):
        axis = rank - 1 - i // 2
        ramp = torch.arange(shape_of(source)[axis], dtype=torch.float64).reshape(1, 1, -1)
        indices = torch_pad(ramp, list(pads[i : i + 2]), mode).flatten().int().tolist()
        source = picked(builder, source, builder.axis(axis, rank), indices)
    return source
