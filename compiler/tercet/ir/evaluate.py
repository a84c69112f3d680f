"""Run a module by the references of its operators; the tests of every pass compare by it."""

from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue

from tercet.ir.module import inputs_of, steps_of
from tercet.ir.op import LayerOp


def evaluate(module: ModuleOp, *inputs: npt.NDArray[Any]) -> dict[SSAValue, npt.NDArray[Any]]:
    """The array of every value, from inputs of any batch: int64 for integers, else float64."""
    values: dict[SSAValue, npt.NDArray[Any]] = dict(zip(inputs_of(module), inputs, strict=True))
    for op in steps_of(module):
        values[op.results[0]] = op.reference(*(values[operand] for operand in op.operands))
    return values


def call(function: FuncOp, *inputs: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """The results of one function of a module, any batch."""
    block = function.body.block
    values: dict[SSAValue, npt.NDArray[Any]] = dict(zip(block.args, inputs, strict=True))
    for op in block.ops:
        if isinstance(op, LayerOp):
            values[op.results[0]] = op.reference(*(values[operand] for operand in op.operands))
    last = block.last_op
    assert isinstance(last, ReturnOp)
    return tuple(values[value] for value in last.arguments)
