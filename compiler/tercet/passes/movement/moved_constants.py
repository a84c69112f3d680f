"""Constants carried through a movement: from the result to the operands, and back."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.real import ElementwiseOp
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.quantize import Quantize


def before_movement(op: MovementOp, constant: FloatArray) -> list[FloatArray] | None:
    """The constant of each operand, from a constant that broadcasts against the result.

    None if two places of the result that come from one element need different constants.
    """
    if constant.size == 1:
        return [constant.reshape(()) for _ in op.operands]
    shapes = [shape_of(x)[1:] for x in op.operands]
    sizes = [int(np.prod(shape)) for shape in shapes]
    starts = np.cumsum([0, *sizes])
    places = [
        np.arange(start, start + size).reshape(1, *shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]
    origin = op.moved(*places)[0]
    wanted = np.broadcast_to(constant, origin.shape)
    flat = np.full(int(starts[-1]), wanted.reshape(-1)[0])
    flat[origin] = wanted
    if not np.array_equal(flat[origin], wanted):
        return None
    return [
        narrowed(flat[start : start + size].reshape(shape))
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]


def after_movement(op: MovementOp, operands: list[tuple[SSAValue, FloatArray]]) -> FloatArray:
    """The constant of the result, from the constant of each operand."""
    rows = [np.broadcast_to(c, shape_of(x)[1:])[None] for x, c in operands]
    return narrowed(np.asarray(op.moved(*rows)[0], np.float64))


def narrowed(constant: FloatArray) -> FloatArray:
    """The constant with extent 1 along every axis on which its values do not change."""
    for axis in range(constant.ndim):
        first = constant.take([0], axis)
        if np.array_equal(np.broadcast_to(first, constant.shape), constant):
            constant = first
    return constant.reshape(()) if constant.size == 1 else constant


def even(op: ElementwiseOp | Quantize, pool: MaxPool) -> bool:
    """Whether every constant of `op` is the same along the pooled axes."""
    axes = len(shape_of(pool.x)) - 2
    shapes = [tuple(c.get_shape()) for c in op.constants()]
    return all(max(shape[-axes:], default=1) == 1 for shape in shapes)
