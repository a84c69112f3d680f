"""The user's own model compared with the reference from input to output.

The comparison at the quantizers (`torch_golden`, `file_golden`) corrects an explained element next
to a rounding tie, or leaves out its consequences. Here nothing is corrected, and the effect of such
elements on the outputs is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.host.boundary import Exit, exits_of, reals
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.ir.types import Array, Dense, FloatArray, IntArray, values_of
from tercet.report.contract import EndToEnd, Tied
from tercet_golden.user_model.structural import Ties

Mask: TypeAlias = npt.NDArray[np.bool_]
NOISE = 1e-4
"""The tolerance of float outputs without a quantizer, relative to the largest output."""
RANGE = 255
"""Steps in the range of an output that is not a line of its integers, as in eight bits."""


@dataclass(frozen=True)
class _Output:
    """One output, vectors first."""

    steps: FloatArray
    """The difference, in steps."""
    differs: Mask
    other: Mask
    """[vectors]: whether the index of the greatest element differs."""


def compare(
    module: ModuleOp,
    golden: Mapping[str, IntArray],
    found: Sequence[Array],
    ties: Ties | None = None,
) -> EndToEnd:
    """`found`: what the user's model returns, a tensor for each output, vectors first.

    Vectors in which it rounds a structural tie the other way are counted separately.
    """
    values, names = outputs_of(module), value_names(module)
    integers = [golden[names[value]] for value in values]
    outputs = []
    for i, (line, real) in enumerate(zip(exits_of(module), reals(module, *integers), strict=True)):
        want = np.asarray(real, np.float64)
        got = np.asarray(found[i], np.float64).reshape(want.shape)
        if line is None:
            outputs.append(_real(want, got))
        else:
            q = integers[i].reshape(want.shape)
            outputs.append(_line(line, q, want, got, _step(values[i])))
    other = np.logical_or.reduce([one.other for one in outputs])
    several = any(one.steps[0].size > 1 for one in outputs)
    ties = ties or Ties(np.zeros(len(other), np.bool_))
    judged = ~ties.vectors
    return EndToEnd(
        outputs=sum(one.steps.size for one in outputs),
        differ=sum(int(np.count_nonzero(one.differs)) for one in outputs),
        beyond=sum(int(np.count_nonzero(one.steps[judged] > 1)) for one in outputs),
        largest=max(float(one.steps.max()) for one in outputs),
        vectors=len(other),
        argmaxes=int(np.count_nonzero(other & judged)) if several else None,
        tied=Tied(
            ties=ties.seen,
            others=ties.others,
            vectors=int(np.count_nonzero(ties.vectors)),
            argmaxes=int(np.count_nonzero(other & ties.vectors)) if several else None,
        ),
    )


def _real(want: FloatArray, got: FloatArray) -> _Output:
    """The comparison of an output that is not a line of its integers, such as a softmax."""
    differs = np.abs(got - want) > NOISE * float(np.abs(want).max() or 1.0)
    step = (float(np.ptp(want)) or float(np.abs(want).max()) or 1.0) / RANGE
    return _output(want, np.where(differs, got, want), differs, np.full(want.shape, step))


def _line(line: Exit, q: IntArray, want: FloatArray, got: FloatArray, units: int) -> _Output:
    """The comparison of an output that is a line of integers, after rounding to that line."""
    factor = np.broadcast_to(line.factor, got.shape)
    safe = np.where(factor == 0, 1.0, factor)
    nearest = np.where(factor == 0, q, np.rint((got - line.offset) / safe))
    moved = np.asarray(line.reals(nearest), np.float64)
    return _output(want, moved, nearest != q, units * np.abs(safe))


def _step(value: SSAValue) -> int:
    """A step in units of the integers; for sums, the most that one step of an input changes."""
    weight = value.owner.properties.get("weight") if isinstance(value.owner, IntegerOp) else None
    return int(np.abs(values_of(weight)).max()) or 1 if isinstance(weight, Dense) else 1


def _output(want: FloatArray, got: FloatArray, differs: Mask, step: FloatArray) -> _Output:
    # rounded, because the float64 difference of neighbouring reals is a step but for about 1e-16
    steps = np.where(differs, np.round(np.abs(got - want) / step, 6), 0.0)
    rows, best = want.reshape(len(want), -1), got.reshape(len(want), -1).argmax(1)
    return _Output(steps, differs, rows[np.arange(len(rows)), best] < rows.max(1))
