"""A region of two integer tensors as a formula: a weighted sum, or a product, of both.

In float64: a guess at the constants, which whoever uses it proves exact or throws away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.real import ElementwiseOp, PointwiseOp
from tercet.ir.types import FloatArray
from tercet.ops.real.add import RealAdd
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.mul import RealMul
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.region import Region


@dataclass(frozen=True)
class Form:
    """slopes[0] * a + slopes[1] * b + constant, or, with zeros, slope * (a - za) * (b - zb) + …."""

    slopes: tuple[FloatArray, FloatArray]
    constant: FloatArray
    zeros: tuple[int, int] | None = None
    """Of a product, whose slope is the first one."""


def form_of(region: Region) -> Form | None:
    """The position between the quantizer's integers, clips left out; None where it is another."""
    if not isinstance(region.end, Quantize) or len(region.leaves) != 2:
        return None
    known: dict[SSAValue, Form] = {}
    for step in region.steps:
        found = _step(step, [known.get(x) for x in step.operands], region.leaves)
        if found is None:
            return None
        known[step.results[0]] = found
    form, zero = known[region.end.x], np.zeros(region.view)
    ends = [region.end.position(zero + x) for x in (0.0, 1.0)]
    return _scaled(form, ends[1] - ends[0], ends[0])


def _step(
    step: Dequantize | PointwiseOp, operands: Sequence[Form | None], leaves: Sequence[SSAValue]
) -> Form | None:
    if isinstance(step, Dequantize):
        slope, shift = step.line()
        none = np.zeros(())
        mine = step.q is leaves[0]
        return Form((slope, none) if mine else (none, slope), shift)
    known = [form for form in operands if form is not None]
    if len(known) != len(operands):
        return None
    if isinstance(step, Relu | Clip):
        return known[0]
    if isinstance(step, ElementwiseOp):
        line = step.line()
        return None if line is None else _scaled(known[0], *line)
    if isinstance(step, RealAdd):
        return _sum(*known)
    return _product(*known) if isinstance(step, RealMul) else None


def _scaled(form: Form, slope: FloatArray, shift: FloatArray) -> Form:
    a, b = form.slopes
    return Form((a * slope, b * slope), form.constant * slope + shift, form.zeros)


def _sum(x: Form, y: Form) -> Form | None:
    if x.zeros is not None or y.zeros is not None:
        return None
    slopes = x.slopes[0] + y.slopes[0], x.slopes[1] + y.slopes[1]
    return Form(slopes, x.constant + y.constant)


def _product(x: Form, y: Form) -> Form | None:
    """Of a line of one tensor and a line of the other."""
    if x.zeros is not None or y.zeros is not None:
        return None
    if not np.any(x.slopes[0]):
        x, y = y, x
    (a, not_a), (not_b, b) = x.slopes, y.slopes
    if np.any(not_a) or np.any(not_b) or not np.all(a) or not np.all(b):
        return None
    zeros = [np.unique(-form.constant / slope) for form, slope in ((x, a), (y, b))]
    whole = [np.unique(np.rint(zero)) for zero in zeros]
    if any(w.size != 1 or np.abs(z - w).max() > 1e-6 for z, w in zip(zeros, whole, strict=True)):
        return None
    slope = a * b
    pair = (int(whole[0][0]), int(whole[1][0]))
    return Form((slope, np.zeros(())), np.zeros(()), pair)
