"""Movement: views with the operands' cells in other places; no step."""

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.families.movement import MovementOp
from tercet.ir.types import values_of
from tercet.ops.broadcast import Broadcast
from tercet.ops.concat import Concat
from tercet.ops.pad import Pad
from tercet.ops.repeat import Repeat
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.transpose import Transpose
from tercet.targets.fabric.lower.cells import Pending, Value, View, fill
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.registry import lowers


@lowers(Reshape, Transpose, Slice, Concat, Repeat, Broadcast)
def moved(ctx: Context, op: MovementOp, operands: list[Value]) -> Value:
    name, cells = ctx.names[op.y], op.moved(*(value.cells for value in operands))
    sums = {id(value.sums): value.sums for value in operands if isinstance(value, Pending)}
    if not sums:
        return View(name, cells)
    if len(sums) == 1 and all(isinstance(value, Pending) for value in operands):
        return Pending(name, cells, *sums.values())
    raise UnsupportedError(
        f"{op.name.partition('.')[2]} joins sums of several layers, the fabric "
        "takes sums only into a quantizer",
        layer=op.layer.data,
        way_out="quantize them before this layer",
    )


@lowers(Pad)
def pad(ctx: Context, op: Pad, operands: list[Value]) -> View:
    view, value = ctx.stored(op, operands[0]), op.value.value.data
    cells = np.pad(view.cells, values_of(op.pads), constant_values=fill(value))
    return View(ctx.names[op.y], cells)
