"""Gather: elements of a layer's result at constant places, or rows of an embedding."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, constant, tensor
from tercet.frontends.onnx.file.tensors import integer_type
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import axis_of, reshaped
from tercet.frontends.onnx.operators.slicing import taken
from tercet.frontends.onnx.quantizing import dequantized
from tercet.frontends.onnx.registry import converts
from tercet.frontends.onnx.weights import weights
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import SI8, UI8, shape_of
from tercet.ops.concat import Concat
from tercet.ops.gather import Gather

PIECES = 64
SIGNED, UNSIGNED = Interval.of(SI8), Interval.of(UI8)


@converts(
    "Gather",
    note=("constant indices, one or a list of them; or rows of a quantized table, with one scale"),
)
def gather(builder: OnnxBuilder, node: Node, data: Value, indices: Value) -> Value:
    if isinstance(indices, SSAValue):
        return _embedding(builder, node, data, indices)
    source = tensor(node, data)
    shape, found = shape_of(source), constant(node, indices, "indices")
    axis = axis_of(node, node.integer("axis", 0), len(shape))
    extent = shape[axis]
    if found.dtype.kind not in "iu" or found.ndim > 1 or not found.size:
        raise node.unsupported(f"indices of shape {found.shape}", wanted="one, or a list of them")
    places = tuple(int(i) + extent * (i < 0) for i in found.reshape(-1))
    if min(places) < 0 or max(places) >= extent:
        raise node.broken(f"takes element {max(places)} of {extent}", way_out="there is none")
    y = taken(builder, node, source, axis, places)
    if y is None:
        if len(places) > PIECES:
            raise node.unsupported("takes elements in no order", wanted=f"up to {PIECES} of them")
        pieces = [taken(builder, node, source, axis, (place,)) for place in places]
        known = [piece for piece in pieces if piece is not None]
        y = builder.add(node, Concat(known, axis, layer=node.name))
    return y if found.ndim else reshaped(builder, node, y, (*shape[1:axis], *shape[axis + 1 :]))


def _embedding(builder: OnnxBuilder, node: Node, table: Value, x: SSAValue) -> Value:
    if is_real(x):
        raise node.unsupported("its indices are reals", wanted="integers")
    if isinstance(table, SSAValue) or node.integer("axis", 0):
        raise node.unsupported(
            "indexes a computed tensor by computed indices", wanted="rows of a constant table"
        )
    if isinstance(table, np.ndarray) and (kept := integer_type(table.dtype)) in (SI8, UI8):
        _require_matrix(node, table.shape)  # a DequantizeLinear behind it dequantizes the rows
        return builder.add(node, Gather(x, table.astype(np.int64), kept, layer=node.name))
    rows, zero = _rows(node, table)
    _require_matrix(node, rows.values.shape)
    if rows.scale.size not in (1, rows.values.shape[1]):
        raise node.unsupported(f"its table has scales of shape {rows.scale.shape}", wanted="one")
    element = narrowest(Interval.around(rows.values))
    y = builder.add(node, Gather(x, rows.values, element, layer=node.name))
    scale = rows.scale.reshape(-1) if rows.scale.size > 1 else rows.scale.reshape(())
    return dequantized(builder, node, y, scale, zero)


def _require_matrix(node: Node, shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise node.unsupported(f"its table has shape {shape}", wanted="(rows, columns)")


def _rows(node: Node, table: Value) -> tuple[Integers, int]:
    """The rows, and their zero point if the rows minus it do not fit a signed byte."""
    if isinstance(table, Integers):
        known = Interval.around(table.values)
        if not SIGNED.holds(known) and known.high - known.low <= UNSIGNED.high:
            return Integers(table.values - known.low, table.scale), -known.low
    return weights(node, table), 0
