"""A region as a formula: a weighted sum of its integer tensors, or a product of two.

The constants are float64 guesses; the synthesis proves the integers made of them, or drops them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.real import ElementwiseOp, PointwiseOp
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.add import RealAdd
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.mul import RealMul
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.regions.region import Region


@dataclass(frozen=True)
class Form:
    """The sum of slopes[i] * leaf i + constant; with zeros, slope * (a - za) * (b - zb) + …."""

    slopes: tuple[FloatArray, ...]
    constant: FloatArray
    zeros: tuple[int, int] | None = None
    """The zero points of a product, whose slope is the first of `slopes`."""


def form_of(region: Region) -> Form | None:
    """The form of the region's position, without its clips; None if it has neither form."""
    if not isinstance(region.end, Quantize) or not region.leaves:
        return None
    known: dict[SSAValue, Form] = {}
    for step in region.steps:
        found = _step(step, [known.get(x) for x in step.operands], region.leaves)
        if found is None:
            return None
        known[step.results[0]] = found
    end = region.end
    zero = np.full(region.view, float(end.zero_point.value.data))
    return _scaled(known[end.x], 1 / floats_of(end.scale), zero)


def _step(
    step: Dequantize | PointwiseOp, operands: Sequence[Form | None], leaves: Sequence[SSAValue]
) -> Form | None:
    if isinstance(step, Dequantize):
        slope, shift = step.line()
        none = np.zeros(())
        return Form(tuple(slope if step.q is leaf else none for leaf in leaves), shift)
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
    slopes = tuple(one * slope for one in form.slopes)
    return Form(slopes, form.constant * slope + shift, form.zeros)


def _sum(x: Form, y: Form) -> Form | None:
    if x.zeros is not None or y.zeros is not None:
        return None
    slopes = tuple(a + b for a, b in zip(x.slopes, y.slopes, strict=True))
    return Form(slopes, x.constant + y.constant)


def _product(x: Form, y: Form) -> Form | None:
    """The product of a line of one tensor and a line of the other; None if either is not that."""
    if x.zeros is not None or y.zeros is not None or len(x.slopes) != 2:
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
