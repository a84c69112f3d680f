"""Depthwise sums: one filter for each channel, over windows of an image."""

from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.spatial import Window as Geometry
from tercet.ir.families.spatial import plane
from tercet.ir.types import IntArray, shape_of
from tercet.targets.fabric.lower.cells import Pending, View
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import copied
from tercet.targets.fabric.lower.layout import Layout, natural
from tercet.targets.fabric.lower.mac import layer_of, pending
from tercet.targets.fabric.lower.sums import DepthwiseSums
from tercet.targets.fabric.steps.sliding import Window
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Filter:
    """The window of every channel, its weights and its bias."""

    window: Geometry
    weights: IntArray
    """[C, *kernel]."""
    bias: IntArray
    zero: int
    factors: IntArray | None = None
    """[windows]: the factor from the sums of each window to the graph's."""


def depthwise(ctx: Context, operand: tuple[SSAValue, View], own: Filter, acc: SSAValue) -> Pending:
    """The sums `acc` of an operand (1, C, [height,] width)."""
    value, view = operand
    x, padded = _image(ctx, view), any(map(any, own.window.padding))
    if x is None or (padded and x.zero_point != own.zero):
        view = copied(ctx, value, view, natural(shape_of(value)), own.zero)
        x = _image(ctx, view)
    assert x is not None, "a copy is an image"
    (top, left) = plane([begin for begin, _ in own.window.padding], 0)
    window = Window(
        plane(own.window.kernel, 1),
        plane(own.window.stride, 1),
        (top, left),
        plane(own.window.dilation, 1),
    )
    weights = own.weights.reshape(len(own.bias), *window.kernel)
    layout = natural(shape_of(acc))
    bias = own.bias + (x.zero_point - own.zero) * weights.sum((1, 2))
    return _pending(ctx, acc, layout, x, window, weights, bias, own.factors)


def _pending(
    ctx: Context,
    acc: SSAValue,
    layout: Layout,
    x: Tensor,
    window: Window,
    weights: IntArray,
    bias: IntArray,
    factors: IntArray | None,
) -> Pending:
    name, size = ctx.names[acc], (layout.height, layout.width)
    found = np.ones(len(layout.order), np.int64) if factors is None else factors
    return pending(
        acc, name, layout, DepthwiseSums(layer_of(acc), name, x, window, weights, bias, size, found)
    )


def whole_axes(
    ctx: Context, view: View, elements: IntArray, acc: SSAValue, zero: int
) -> Pending | None:
    """Sums [G] of elements [G, K] as windows over whole rows, columns or images; None if not."""
    held = ctx.held_by(view.cells)
    if len(held) != 1 or (view.cells < 0).any():
        return None
    (x,) = held
    raster = np.arange(x.positions).reshape(x.height, x.width)
    options = {
        (1, x.width): raster,
        (x.height, 1): raster.T,
        (x.height, x.width): raster.reshape(1, -1),
    }
    for kernel, positions in options.items():
        order = _matched(positions, x.channels, elements - ctx.base(x))
        if order is not None:
            size = (x.height // kernel[0], x.width // kernel[1])
            window = Window(kernel, (1, 1), (0, 0), (1, 1))
            weights = np.ones((x.channels, *kernel), np.int64)
            bias = (x.zero_point - zero) * weights.sum((1, 2))
            return _pending(ctx, acc, Layout(*size, order), x, window, weights, bias, None)
    return None


def _matched(positions: IntArray, channels: int, elements: IntArray) -> IntArray | None:
    """[windows, channels]: the row of `elements` [G, K] that equals each window; None if none."""
    wanted = positions[:, None] * channels + np.arange(channels)[:, None]
    windows, size = positions.shape
    if elements.shape != (windows * channels, size):
        return None
    found = np.sort(elements, axis=1)
    by_first = np.argsort(found[:, 0], kind="stable")
    each = wanted.reshape(-1, size)
    into = np.argsort(each[:, 0], kind="stable")
    if not np.array_equal(found[by_first], each[into]):
        return None
    order = np.empty(windows * channels, np.int64)
    order[into] = by_first
    return order.reshape(windows, channels)


def _image(ctx: Context, view: View) -> Tensor | None:
    """The tensor that holds a value (1, C, [height,] width) as it is."""
    held = ctx.held_by(view.cells)
    if len(held) != 1:
        return None
    (x,) = held
    channels, *spatial = view.cells.shape[1:]
    order = natural(view.cells.shape).order
    same = (channels, *plane(spatial, 1)) == (x.channels, x.height, x.width)
    whole = same and np.array_equal(
        view.cells.reshape(-1)[order], ctx.base(x) + np.arange(order.size).reshape(order.shape)
    )
    return x if whole else None
