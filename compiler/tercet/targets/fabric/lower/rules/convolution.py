"""Convolutions: as taps, or window by window where every channel has a filter of its own."""

import numpy as np

from tercet.ir.families.spatial import Window as Geometry
from tercet.ir.types import IntArray, shape_of
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.targets.fabric.lower.cells import NOTHING, Pending, Value
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.layout import natural
from tercet.targets.fabric.lower.mac import Product, mac
from tercet.targets.fabric.lower.registry import Want, counts_from, lowers
from tercet.targets.fabric.lower.windows import Filter, depthwise


@counts_from(Conv)
def _conv_wants(op: Conv, operand: int) -> Want:
    return Want(op.zero_point.value.data, any(map(any, op.window().padding)))


@counts_from(ConvTranspose)
def _transposed_wants(op: ConvTranspose, operand: int) -> Want:
    return Want(op.zero_point.value.data, True)


@lowers(Conv)
def conv(ctx: Context, op: Conv, operands: list[Value]) -> Value:
    view, zero = ctx.stored(op, operands[0]), op.zero_point.value.data
    channels, groups, window = shape_of(op.x)[1], op.groups.value.data, op.window()
    weights, bias, layout = op.kernels(), op.addend(), natural(shape_of(op.acc))
    if 1 < groups == channels == len(bias):
        own = Filter(window, weights[:, 0], bias, zero)
        return depthwise(ctx, (op.x, view), own, op.acc)

    def elements(cells: IntArray) -> IntArray:
        patches = window.patches(cells, fill=NOTHING)[0]  # [C, *kernel, *windows]
        found: IntArray = patches.reshape(-1, layout.height * layout.width).T
        return found

    product = Product(_wide(weights, groups), bias, zero, groups)
    return mac(ctx, (op.x, view), elements, product, natural(shape_of(op.x)), op.acc, layout)


@lowers(ConvTranspose)
def conv_transpose(ctx: Context, op: ConvTranspose, operands: list[Value]) -> Pending:
    view, groups, window = ctx.stored(op, operands[0]), op.groups.value.data, op.window()
    extents, layout = shape_of(op.acc)[2:], natural(shape_of(op.acc))

    def elements(cells: IntArray) -> IntArray:
        places = _places(window, cells.shape[2:], extents)
        around = np.pad(cells[0], ((0, 0), *[(0, 1)] * len(places)), constant_values=NOTHING)
        everywhere = np.arange(len(around)), *(place.reshape(-1) for place in places)
        patches = around[np.ix_(*everywhere)]
        shape = [n for place in places for n in place.shape]  # [C, (extent, kernel) of each axis]
        axes = range(1, 2 * len(places) + 1)
        moved = patches.reshape(-1, *shape).transpose(*axes[::2], 0, *axes[1::2])
        return moved.reshape(layout.height * layout.width, -1)

    phases = int(np.prod(window.stride))
    weights = _wide(op.kernels(), groups)
    product = Product(weights, op.addend(), op.zero_point.value.data, groups, phases)
    return mac(ctx, (op.x, view), elements, product, natural(shape_of(op.x)), op.acc, layout)


def _places(window: Geometry, spatial: tuple[int, ...], extents: tuple[int, ...]) -> list[IntArray]:
    """For each axis [extent, kernel]: the place of x that a weight meets; -1 for none."""
    found = []
    for axis, (n, extent) in enumerate(zip(spatial, extents, strict=True)):
        offset = np.arange(window.kernel[axis]) * window.dilation[axis]
        spread = np.arange(extent)[:, None] + window.padding[axis][0] - offset
        place, rest = np.divmod(spread, window.stride[axis])
        found.append(np.where((rest == 0) & (place >= 0) & (place < n), place, -1))
    return found


def _wide(weights: IntArray, groups: int) -> IntArray:
    """[O, I * kernel] of weights [O, I / groups, *kernel]: zero where a group does not read."""
    outputs, each = weights.shape[:2]
    found = np.zeros((groups, outputs // groups, groups, each, *weights.shape[2:]), np.int64)
    for g, block in enumerate(np.split(weights, groups)):
        found[g, :, g] = block
    return found.reshape(outputs, -1)
