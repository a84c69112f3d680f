"""The greatest element of every window."""

import numpy as np

from tercet.ir.types import shape_of, tensor_type
from tercet.ops.max_pool import MaxPool
from tercet.targets.fabric.lower.cells import NOTHING, Value, View
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import at_zero
from tercet.targets.fabric.lower.layout import natural
from tercet.targets.fabric.lower.registry import lowers
from tercet.targets.fabric.lower.vectors import Items, emit
from tercet.targets.fabric.lower.zeros import zero_of
from tercet.targets.fabric.steps.closings import Greatest


@lowers(MaxPool)
def max_pool(ctx: Context, op: MaxPool, operands: list[Value]) -> View:
    """Padding is replaced by an element of the same window."""
    view, shape = ctx.stored(op, operands[0]), shape_of(op.y)
    zeros = {tensor.zero_point for tensor in ctx.held_by(view.cells)} or {0}
    view = at_zero(ctx, op.x, view, natural(shape_of(op.x)), min(zeros))
    layout = natural(shape)
    patches = op.window().patches(view.cells, fill=NOTHING)[0]
    every = np.moveaxis(patches, 0, -1)  # [*kernel, *windows, C]
    items = np.moveaxis(every.reshape(-1, *layout.order.shape), 0, -1)
    some = np.take_along_axis(items, (items >= 0).argmax(-1)[..., None], -1)
    items = np.where(items < 0, some, items)
    element = tensor_type(op.y).element_type
    result = ctx.tensor(ctx.names[op.y], layout, element, zero_of(op.y))
    rows = np.zeros(layout.order.shape, np.int64)
    emit(ctx, op.layer.data, Items(items, rows), result, lambda part: Greatest())
    return ctx.view(ctx.names[op.y], result, shape)
