"""Copies of values, for readers that cannot read them in place."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.types import Int, IntArray, tensor_type
from tercet.targets.fabric.lower.cells import NOTHING, View, fill, filled
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.layout import Layout
from tercet.targets.fabric.lower.vectors import Items, Part, VectorClosing, emit
from tercet.targets.fabric.steps.closings import Greatest, Rescale


def copied(ctx: Context, value: SSAValue, view: View, layout: Layout, zero: int) -> View:
    """A view of a copy of the value, in one tensor of its own."""
    key = view, zero, layout.key
    if key not in ctx.copies:
        ctx.copies[key] = _copied(ctx, tensor_type(value).element_type, view, layout, zero)
    return ctx.copies[key]


def _copied(ctx: Context, element: Int, view: View, layout: Layout, zero: int) -> View:
    cells = view.cells.reshape(-1)[layout.order][..., None]
    items = Items(_padded(ctx, cells), np.zeros(layout.order.shape, np.int64))
    result = ctx.tensor(view.name, layout, element, zero)
    emit(ctx, view.name, items, result, _copy)
    return ctx.view(view.name, result, view.cells.shape)


def _padded(ctx: Context, cells: IntArray) -> IntArray:
    """Cells in which a constant equal to the zero point of stored elements becomes padding."""
    zeros = {tensor.zero_point for tensor in ctx.held_by(cells)}
    if len(zeros) != 1:
        return cells
    beside = (cells >= 0).any(axis=0, keepdims=True)
    return np.where((cells == fill(zeros.pop())) & beside, NOTHING, cells)


def _copy(part: Part) -> VectorClosing:
    (kind,) = part.kinds
    if kind == 0:
        return Greatest()
    value = int(filled(np.array(kind)))
    none = np.zeros(1, np.int64)
    return Rescale(none[:, None], none + value, none, value, value)


def at_zero(ctx: Context, value: SSAValue, view: View, layout: Layout, zero: int) -> View:
    """The value itself if all of it is stored around `zero`, else a copy that is."""
    zeros = {tensor.zero_point for tensor in ctx.held_by(view.cells)}
    if zeros == {zero} and (view.cells >= 0).all():
        return view
    return copied(ctx, value, view, layout, zero)


def without_fills(ctx: Context, value: SSAValue, view: View, layout: Layout, zero: int) -> View:
    """The value itself if all of it is stored, else a copy."""
    return view if (view.cells >= 0).all() else copied(ctx, value, view, layout, zero)
