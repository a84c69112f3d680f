"""Operands for the samples that every operator declares."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.module import inputs_of, ops_of
from tercet.ir.op import IntegerOp, Sample, operators
from tercet.ir.types import IntArray, tensor_type

SAMPLES = [sample for op in operators() for sample in op.samples()]


def op_of(module: ModuleOp) -> IntegerOp:
    """The only operator of a sample."""
    (op,) = ops_of(module)
    return op


def label(sample: Sample) -> str:
    """Names a sample in the output of pytest: "linear-trits"."""
    op = op_of(sample.module)
    return f"{op.name.removeprefix('tercet.')}-{op.layer.data}"


def operands(sample: Sample, batch: int, rng: np.random.Generator) -> list[IntArray]:
    """A batch for every operand: both ends of its bounds, then uniform between them."""
    found = []
    for argument, bound in zip(inputs_of(sample.module), sample.bounds, strict=True):
        shape = (batch, *tensor_type(argument).get_shape()[1:])
        drawn = rng.integers(bound.low, bound.high, shape, np.int64, endpoint=True)
        drawn[0], drawn[1] = bound.low, bound.high
        found.append(drawn)
    return found
