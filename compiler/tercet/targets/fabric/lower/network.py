"""A network of steps from the integer graph."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.ir.types import SI32, IntArray, shape_of, tensor_type
from tercet.targets.fabric.lower.cells import Pending, Value, View, inverse, repeats
from tercet.targets.fabric.lower.closing import Closing, closed
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import copied
from tercet.targets.fabric.lower.layout import Layout, preferred
from tercet.targets.fabric.lower.registry import rules
from tercet.targets.fabric.lower.rules.pointwise import layout_like
from tercet.targets.fabric.lower.sums import SumClosing
from tercet.targets.fabric.lower.zeros import zero_of
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.closings import Sums
from tercet.targets.fabric.tiles.tensor import Tensor

Output = tuple[Tensor, IntArray]


def lower(module: ModuleOp) -> Network:
    """The network of steps that computes `module`.

    Raises UnsupportedError, one sentence, for the first layer that the fabric does not run.
    """
    ctx = Context(value_names(module))
    values: dict[SSAValue, Value] = {}
    for argument in inputs_of(module):
        element, name = tensor_type(argument).element_type, ctx.names[argument]
        tensor = ctx.tensor(name, preferred(argument), element, zero_of(argument))
        values[argument] = ctx.view(name, tensor, shape_of(argument))
    inputs = tuple(ctx.tensors)
    for op in ops_of(module):
        values[op.results[0]] = _lowered(ctx, op, [values[operand] for operand in op.operands])
    outputs = [_output(ctx, value, values[value], inputs) for value in outputs_of(module)]
    return Network(
        inputs,
        tuple(ctx.steps),
        tuple(tensor for tensor, _ in outputs),
        tuple(order for _, order in outputs),
    )


def _lowered(ctx: Context, op: IntegerOp, operands: list[Value]) -> Value:
    rule = rules().get(type(op))
    if rule is None:
        raise UnsupportedError(
            f"is {op.name.partition('.')[2]}, the fabric runs layers with weights, "
            "sums, greatest values, tables and what moves values",
            layer=op.layer.data,
            way_out="use another layer, or run this one on the host",
        )
    return rule(ctx, op, operands)


def _output(ctx: Context, value: SSAValue, found: Value, inputs: tuple[Tensor, ...]) -> Output:
    """The tensor that holds an output, and the index of its elements in the output."""
    if isinstance(found, Pending):
        return _sums(ctx, value, found)
    order = _order(ctx, found)
    if order is None or order[0] in inputs:
        found = copied(ctx, value, found, layout_like(ctx, value, [found]), zero_of(value))
        order = _order(ctx, found)
    assert order is not None, "a copy is one tensor"
    return order


def _order(ctx: Context, view: View) -> Output | None:
    """The one tensor that holds every element of a view once; None if there is no such tensor."""
    held = ctx.held_by(view.cells)
    if len(held) != 1 or (view.cells < 0).any():
        return None
    (tensor,) = held
    inside = view.cells - ctx.base(tensor)
    if repeats(inside):
        return None
    order = inverse(inside, tensor.order.size)
    return tensor, order.reshape(tensor.order.shape)


def _sums(ctx: Context, value: SSAValue, found: Pending) -> Output:
    owner = value.owner
    assert isinstance(owner, IntegerOp)
    layer = owner.layer.data
    if repeats(found.cells):
        raise UnsupportedError(
            "repeats sums that leave the network, the fabric stores a sum once",
            layer=layer,
            way_out="quantize them first, or repeat them on the host",
        )
    made: list[Tensor] = []

    def make(row: IntArray, factor: int) -> tuple[SumClosing, IntArray]:
        return Sums(), np.ones(1, np.int64)

    def result(layout: Layout) -> Tensor:
        size = layout.height, layout.width, layout.order.shape[1]
        made.append(Tensor(ctx.names[value], *size, SI32, 0, layout.order))
        return made[0]

    none = np.zeros(found.cells.size, np.int64)
    tensor = closed(ctx, layer, found, Closing(make, none, factor_inside=False), result)
    return tensor, tensor.order
