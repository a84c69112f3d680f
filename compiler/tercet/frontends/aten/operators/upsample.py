"""Nearest upsampling and downsampling; torch finds the chosen elements on a ramp."""

from typing import Any

import torch
from torch.nn.functional import interpolate

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import picked
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.repeat import Repeat

aten = torch.ops.aten


@converts(
    aten.upsample_nearest1d.vec,
    aten.upsample_nearest2d.vec,
    layers="Upsample UpsamplingNearest2d QuantUpsample QuantUpsamplingNearest2d",
    note=("mode `nearest` or `nearest-exact`, to any size; layers of Brevitas `nearest`"),
)
def nearest(builder: AtenBuilder, x: Value, size: Any, factors: Any) -> Value:
    return _resized(builder, x, factors, "nearest")


@converts(aten._upsample_nearest_exact1d.vec, aten._upsample_nearest_exact2d.vec)
def nearest_exact(builder: AtenBuilder, x: Value, size: Any, factors: Any) -> Value:
    return _resized(builder, x, factors, "nearest-exact")


def _resized(builder: AtenBuilder, x: Value, factors: Any, mode: str) -> Value:
    source = builder.tensor(x)
    counts = [1] * len(shape_of(source))
    for axis, outputs in enumerate(builder.shape()[1:], start=2):
        extent = shape_of(source)[axis]
        ramp = torch.arange(extent, dtype=torch.float64).reshape(1, 1, -1)
        wish = {"scale_factor": factors[axis - 2]} if factors else {"size": outputs}
        indices = interpolate(ramp, mode=mode, **wish).flatten().int().tolist()
        times = len(indices) // extent
        if indices == [i for i in range(extent) for _ in range(times)]:
            counts[axis] = times
        else:
            source = picked(builder, source, axis, indices)
    if max(counts) == 1:
        return source
    return builder.add(Repeat(source, counts, layer=builder.layer))
