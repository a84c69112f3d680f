"""Requantize, Threshold and Table, of sums or of stored values."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.types import Int, IntArray, tensor_type, unsigned
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.targets.fabric.lower.cells import Pending, Value, View
from tercet.targets.fabric.lower.closing import Closing, closed
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.counts import Counts, of_table
from tercet.targets.fabric.lower.registry import lowers
from tercet.targets.fabric.lower.rules.pointwise import layout_like, pointwise, row_of_each
from tercet.targets.fabric.lower.sums import SumClosing
from tercet.targets.fabric.lower.vectors import Items, Part, VectorClosing, emit, rows_of
from tercet.targets.fabric.lower.zeros import zero_of
from tercet.targets.fabric.steps.closings import Lookup, Rescale, Thresholds

Quantizer = Requantize | Threshold | Table


@lowers(Requantize)
def requantize(ctx: Context, op: Requantize, operands: list[Value]) -> View:
    mul, add, shift = op.triples()
    clip = op.clip()

    def make(row: IntArray, factor: int) -> tuple[SumClosing, IntArray]:
        product = (mul[row] * factor)[:, None]
        found = Rescale(product, add[row], shift[row], clip.low, clip.high)
        return found, np.ones(1, np.int64)

    def of_item(part: Part) -> VectorClosing:
        row, (zero,) = rows_of(part), part.zeros
        offset = add[row] + mul[row] * zero
        return Rescale(mul[row][:, None], offset, shift[row], clip.low, clip.high)

    (value,) = operands
    if isinstance(value, Pending):
        made = Made(ctx.names[op.y], op.kind().element_type, zero_of(op.y))
        return of_sums(ctx, op.layer.data, value, Closing(make, row_of_each(op)), made)
    return pointwise(ctx, op, [value], of_item)


@lowers(Threshold)
def threshold(ctx: Context, op: Threshold, operands: list[Value]) -> View:
    low, steps = op.low.value.data, op.rows()

    def of_item(part: Part) -> VectorClosing:
        row, (zero,) = rows_of(part), part.zeros
        return Thresholds(steps[row] - zero, low)

    (value,) = operands
    if isinstance(value, Pending):
        return counted(ctx, op, value, Counts(steps, op.signs(), low))
    if op.directions is None:
        return pointwise(ctx, op, [value], of_item)
    kept = Interval.of(tensor_type(op.acc).element_type)
    table = _levels(op, np.arange(kept.low, kept.high + 1))
    return pointwise(ctx, op, [value], lambda part: Lookup(table[rows_of(part)], kept.low))


@lowers(Table)
def table(ctx: Context, op: Table, operands: list[Value]) -> View:
    rows, first = op.rows(), op.low.value.data
    (value,) = operands
    if isinstance(value, Pending):
        return counted(ctx, op, value, of_table(rows, first))
    return pointwise(ctx, op, [value], lambda part: Lookup(rows[rows_of(part)], first))


def counted(ctx: Context, op: Quantizer, value: Pending, counts: Counts) -> View:
    """The steps of a counting function; one that turns is the rises less the falls."""
    row, layer, name = row_of_each(op), op.layer.data, ctx.names[op.y]
    element = op.kind().element_type
    if not counts.turns:
        made = Made(name, element, zero_of(op.y))
        return of_sums(ctx, layer, value, counts.closing(layer, row), made)
    parts = []
    for sign, way in ((1, "up"), (-1, "down")):
        closing = counts.only(sign).closing(layer, row)
        parts.append(of_sums(ctx, layer, value, closing, Made(f"{name}.{way}", unsigned(8), 0)))
    none, held = np.zeros(1, np.int64), op.held()
    difference = Rescale(np.array([[1, -1]]), none + counts.low, none, held.low, held.high)
    layout = layout_like(ctx, op.y, parts)
    cells = np.stack([view.cells.reshape(-1)[layout.order] for view in parts], axis=-1)
    result = ctx.tensor(name, layout, element, zero_of(op.y))
    items = Items(cells, np.zeros(layout.order.shape, np.int64))
    emit(ctx, layer, items, result, lambda part: difference)
    return ctx.view(name, result, op.kind().get_shape())


@dataclass(frozen=True)
class Made:
    """Name, type and zero point of the tensor that sums become."""

    name: str
    element: Int
    zero_point: int


def of_sums(ctx: Context, layer: str, value: Pending, closing: Closing, made: Made) -> View:
    """Sums, closed and stored."""
    tensor = closed(
        ctx,
        layer,
        value,
        closing,
        lambda layout: ctx.tensor(made.name, layout, made.element, made.zero_point),
    )
    at = np.arange(tensor.order.size).reshape(tensor.order.shape) + ctx.base(tensor)
    every = np.empty(value.sums.channels * len(value.sums.factors), np.int64)
    # a sum may stand in several elements of the value: the first one names its cell
    first = value.cells.reshape(-1)[tensor.order[tensor.order >= 0]]
    every[first] = at[tensor.order >= 0]
    return View(made.name, every[value.cells])


def _levels(op: Threshold, x: IntArray) -> IntArray:
    """The results of each channel [N] for every x."""
    reached = x >= op.rows()[:, :, None]
    found: IntArray = op.low.value.data + (op.signs()[:, :, None] * reached).sum(1)
    return found
