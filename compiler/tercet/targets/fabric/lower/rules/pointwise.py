"""Operators that compute every element from those in the same place."""

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.types import IntArray, shape_of
from tercet.targets.fabric.lower.cells import View, inverse
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import at_zero, without_fills
from tercet.targets.fabric.lower.layout import Layout, natural, preferred
from tercet.targets.fabric.lower.vectors import Items, Part, VectorClosing, emit
from tercet.targets.fabric.lower.zeros import zero_of


def row_of_each(op: QuantizedOp) -> IntArray:
    """The row of constants of every element of the result, flattened."""
    size = int(np.prod(shape_of(op.y)))
    if not isinstance(op, ChannelwiseOp):
        return np.zeros(size, np.int64)
    return np.arange(size) // op.inner.value.data % op.channels()


def pointwise(
    ctx: Context,
    op: QuantizedOp,
    operands: Sequence[View],
    closing: Callable[[Part], VectorClosing],
    zeros: Sequence[int] | None = None,
) -> View:
    """Add the steps that make the result; a product gives `zeros`, the zero points of its items."""
    views = []
    for i, (value, view) in enumerate(zip(op.operands, operands, strict=True)):
        where = natural(shape_of(value))
        if zeros is None:
            views.append(without_fills(ctx, value, view, where, zero_of(value)))
        else:
            views.append(at_zero(ctx, value, view, where, zeros[i]))
    layout = layout_like(ctx, op.y, views)
    cells = np.stack([view.cells.reshape(-1)[layout.order] for view in views], axis=-1)
    items = Items(cells, row_of_each(op)[layout.order])
    result = ctx.tensor(ctx.names[op.y], layout, op.kind().element_type, zero_of(op.y))
    emit(ctx, op.layer.data, items, result, closing, product=zeros is not None)
    return ctx.view(ctx.names[op.y], result, shape_of(op.y))


def layout_like(ctx: Context, value: SSAValue, views: Sequence[View]) -> Layout:
    """The layout of the first operand that is one tensor; else the one that readers prefer."""
    for view in views:
        held = ctx.held_by(view.cells)
        if len(held) == 1 and view.cells.size == held[0].order.size:
            (x,) = held
            order = inverse(view.cells - ctx.base(x), view.cells.size)
            if (order >= 0).all():
                return Layout(x.height, x.width, order.reshape(x.order.shape))
    return preferred(value)
