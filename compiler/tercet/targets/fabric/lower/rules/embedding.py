"""Gather: rows of a constant table, picked by stored indices."""

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.types import shape_of, tensor_type
from tercet.ops.gather import Gather
from tercet.targets.fabric.lower.cells import Value, View
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import without_fills
from tercet.targets.fabric.lower.layout import rows_of as channels_last
from tercet.targets.fabric.lower.registry import lowers
from tercet.targets.fabric.lower.vectors import Items, Part, VectorClosing, emit
from tercet.targets.fabric.lower.zeros import zero_of
from tercet.targets.fabric.steps.closings import Lookup


@lowers(Gather)
def gather(ctx: Context, op: Gather, operands: list[Value]) -> View:
    """Every channel of the result looks the index up in a table of its own."""
    shape = shape_of(op.x)
    view = ctx.stored(op, operands[0])
    view = without_fills(ctx, op.x, view, channels_last((*shape, 1)), zero_of(op.x))
    kept = Interval.of(tensor_type(op.x).element_type)
    entries = op.rows()[np.clip(np.arange(kept.low, kept.high + 1), 0, len(op.rows()) - 1)].T
    layout = channels_last(shape_of(op.y))
    width = layout.order.shape[1]
    items = Items(
        np.repeat(view.cells.reshape(-1, 1, 1), width, axis=1),
        np.broadcast_to(np.arange(width), layout.order.shape),
    )
    result = ctx.tensor(ctx.names[op.y], layout, tensor_type(op.y).element_type, zero_of(op.y))

    def closing(part: Part) -> VectorClosing:
        return Lookup(entries[part.row], kept.low)

    emit(ctx, op.layer.data, items, result, closing)
    return ctx.view(ctx.names[op.y], result, shape_of(op.y))
