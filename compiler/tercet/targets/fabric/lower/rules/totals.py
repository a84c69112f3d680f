"""Sums and averages: windows with weights of one."""

import numpy as np

from tercet.ir.types import IntArray, shape_of
from tercet.ops.sum import Sum
from tercet.ops.sum_pool import SumPool
from tercet.targets.fabric.lower.cells import Pending, Value
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.layout import Layout, points
from tercet.targets.fabric.lower.mac import Product, mac
from tercet.targets.fabric.lower.registry import Want, counts_from, lowers
from tercet.targets.fabric.lower.windows import Filter, depthwise, whole_axes


@counts_from(SumPool)
def _pool_wants(op: SumPool, operand: int) -> Want:
    return Want(op.zero_point.value.data, any(map(any, op.window().padding)))


@counts_from(Sum)
def _sum_wants(op: Sum, operand: int) -> Want:
    return Want(op.zero_point.value.data, False)


@lowers(SumPool)
def sum_pool(ctx: Context, op: SumPool, operands: list[Value]) -> Pending:
    view, window, channels = ctx.stored(op, operands[0]), op.window(), shape_of(op.x)[1]
    ones, none = np.ones((channels, *window.kernel), np.int64), np.zeros(channels, np.int64)
    own = Filter(window, ones, none, op.zero_point.value.data, op.factors().reshape(-1))
    return depthwise(ctx, (op.x, view), own, op.acc)


@lowers(Sum)
def sum_(ctx: Context, op: Sum, operands: list[Value]) -> Pending:
    view, zero, axis = ctx.stored(op, operands[0]), op.zero_point.value.data, op.axis.value.data
    shape, layout = shape_of(op.x), points(shape_of(op.acc))

    def elements(cells: IntArray) -> IntArray:
        return np.moveaxis(cells, axis, -1).reshape(-1, shape[axis])

    found = whole_axes(ctx, view, elements(view.cells), op.acc, zero)
    if found is not None:
        return found
    order = elements(np.arange(view.cells.size).reshape(shape))
    fallback = Layout(1, len(order), order)
    product = Product(np.ones((1, shape[axis]), np.int64), np.zeros(1, np.int64), zero)
    return mac(ctx, (op.x, view), elements, product, fallback, op.acc, layout)
