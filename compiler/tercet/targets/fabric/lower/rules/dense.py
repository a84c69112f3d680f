"""Dense layers: one position for every row."""

from tercet.ir.types import IntArray, shape_of
from tercet.ops.linear import Linear
from tercet.targets.fabric.lower.cells import Pending, Value
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.layout import rows_of
from tercet.targets.fabric.lower.mac import Product, mac
from tercet.targets.fabric.lower.registry import Want, counts_from, lowers


@counts_from(Linear)
def _wants(op: Linear, operand: int) -> Want:
    return Want(op.zero_point.value.data, False)


@lowers(Linear)
def linear(ctx: Context, op: Linear, operands: list[Value]) -> Pending:
    view, fallback = ctx.stored(op, operands[0]), rows_of(shape_of(op.x))

    def elements(cells: IntArray) -> IntArray:
        return cells.reshape(-1, cells.shape[-1])

    product = Product(op.matrix(), op.addend(), op.zero_point.value.data)
    layout = rows_of(shape_of(op.acc))
    return mac(ctx, (op.x, view), elements, product, fallback, op.acc, layout)
