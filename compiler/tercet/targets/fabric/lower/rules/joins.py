"""Sums, products and other functions of two values."""

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.types import unsigned, values_of
from tercet.ops.add import Add
from tercet.ops.mul import Mul
from tercet.ops.pair_table import PairTable
from tercet.targets.fabric.lower.cells import Value, View
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.registry import Want, counts_from, lowers
from tercet.targets.fabric.lower.rules.pointwise import layout_like, pointwise
from tercet.targets.fabric.lower.vectors import Items, Part, VectorClosing, emit, rows_of
from tercet.targets.fabric.lower.zeros import zero_of
from tercet.targets.fabric.steps.closings import Lookup, Rescale

MOST_PAIRS = 256
"""The most entries of a table of pairs: its index is stored as an activation."""


@counts_from(Mul)
def _wants(op: Mul, operand: int) -> Want:
    return Want(op.zeros()[operand], True)


@lowers(Add)
def add(ctx: Context, op: Add, operands: list[Value]) -> View:
    mul = np.stack([values_of(one) for one in op.multipliers()], axis=-1)  # [N, 2]
    offset, shift, clip = values_of(op.add), values_of(op.shift), op.clip()

    def closing(part: Part) -> VectorClosing:
        row = rows_of(part)
        moved = offset[row] + mul[row] @ np.array(part.zeros)
        return Rescale(mul[row], moved, shift[row], clip.low, clip.high)

    return pointwise(ctx, op, [ctx.stored(op, value) for value in operands], closing)


@lowers(Mul)
def mul(ctx: Context, op: Mul, operands: list[Value]) -> View:
    factor, offset, shift = (values_of(one) for one in (op.mul, op.add, op.shift))
    clip = op.clip()

    def closing(part: Part) -> VectorClosing:
        row = rows_of(part)
        return Rescale(factor[row][:, None], offset[row], shift[row], clip.low, clip.high)

    views = [ctx.stored(op, value) for value in operands]
    return pointwise(ctx, op, views, closing, op.zeros())


@lowers(PairTable)
def pair_table(ctx: Context, op: PairTable, operands: list[Value]) -> View:
    """Two steps: one computes the index of the pair, one looks it up in the table."""
    table, (low_a, low_b) = values_of(op.table), op.lows()
    if table.size > MOST_PAIRS:
        raise UnsupportedError(
            f"its table of two operands has {table.size} entries, the fabric takes up "
            f"to {MOST_PAIRS}",
            layer=op.layer.data,
            way_out="quantize the operands to fewer bits",
        )
    views = [ctx.stored(op, value) for value in operands]
    strides = np.array([[table.shape[1], 1]])
    none = np.zeros(1, np.int64)
    layout = layout_like(ctx, op.y, views)
    cells = np.stack([view.cells.reshape(-1)[layout.order] for view in views], axis=-1)

    def index(part: Part) -> VectorClosing:
        start = strides @ (np.array(part.zeros) - np.array([low_a, low_b]))
        return Rescale(strides, start, none, 0, table.size - 1)

    rows = np.zeros(layout.order.shape, np.int64)
    name = ctx.names[op.y]
    pair = ctx.tensor(f"{name}.index", layout, unsigned(8), 0)
    emit(ctx, op.layer.data, Items(cells, rows), pair, index)
    result = ctx.tensor(name, layout, op.kind().element_type, zero_of(op.y))
    at = ctx.base(pair) + np.arange(layout.order.size).reshape(*layout.order.shape, 1)
    found = Lookup(table.reshape(1, -1), 0)
    emit(ctx, op.layer.data, Items(at, rows), result, lambda part: found)
    return ctx.view(name, result, op.kind().get_shape())
