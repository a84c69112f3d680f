"""Transposes and permutations of axes."""

import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped, transposed, turned, upright
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of

aten = torch.ops.aten


@converts(
    aten.permute.default,
    turned=True,
    note=("the batch comes first again at once: `q, k, v = x.permute(2, 0, 3, 1, 4).unbind(0)`"),
)
def permute(builder: AtenBuilder, x: Value, order: list[int]) -> Value:
    return turned(builder, x, order)


@converts(aten.transpose.int, turned=True)
def transpose(builder: AtenBuilder, x: Value, a: int, b: int) -> Value:
    order = list(range(len(upright(builder, x)[1])))
    order[a], order[b] = order[b], order[a]
    return turned(builder, x, order)


@converts(aten.t.default)
def matrix_transpose(builder: AtenBuilder, x: Value) -> Value:
    return transpose(builder, x, -2, -1)


@converts(aten.pixel_shuffle.default, layers="PixelShuffle")
def pixel_shuffle(builder: AtenBuilder, x: Value, factor: int) -> Value:
    source = builder.tensor(x)
    _, channels, height, width = shape_of(source)
    split = (channels // factor**2, factor, factor, height, width)
    moved = transposed(builder, reshaped(builder, source, split), (0, 1, 4, 2, 5, 3))
    return reshaped(builder, moved, builder.shape())


@converts(aten.pixel_unshuffle.default, layers="PixelUnshuffle")
def pixel_unshuffle(builder: AtenBuilder, x: Value, factor: int) -> Value:
    source = builder.tensor(x)
    _, channels, height, width = shape_of(source)
    split = (channels, height // factor, factor, width // factor, factor)
    moved = transposed(builder, reshaped(builder, source, split), (0, 1, 3, 5, 2, 4))
    return reshaped(builder, moved, builder.shape())


@converts(aten.channel_shuffle.default, layers="ChannelShuffle")
def channel_shuffle(builder: AtenBuilder, x: Value, groups: int) -> Value:
    source = builder.tensor(x)
    _, channels, *spatial = shape_of(source)
    split = (groups, channels // groups, *spatial)
    order = (0, 2, 1, *range(3, 3 + len(spatial)))
    moved = transposed(builder, reshaped(builder, source, split), order)
    return reshaped(builder, moved, builder.shape())
