"""Run a module by its operators' own references: the meaning of every pass is tested by this."""

from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.module import inputs_of, steps_of


def evaluate(module: ModuleOp, *inputs: npt.NDArray[Any]) -> dict[SSAValue, npt.NDArray[Any]]:
    """The arrays of every value, any batch: int64 for integers, float64 for reals."""
    values: dict[SSAValue, npt.NDArray[Any]] = dict(zip(inputs_of(module), inputs, strict=True))
    for op in steps_of(module):
        values[op.results[0]] = op.reference(*(values[operand] for operand in op.operands))
    return values
