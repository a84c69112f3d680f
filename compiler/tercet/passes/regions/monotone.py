"""Monotonicity of a region along one of its integer tensors, place by place.

It follows from the parts: a sum of two rising parts rises. A region for which it does not follow is
enumerated or refused.
"""

from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.real import ElementwiseOp, PointwiseOp
from tercet.ir.types import FloatArray
from tercet.ops.real.add import RealAdd
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.div import RealDiv
from tercet.ops.real.maximum import RealMaximum
from tercet.ops.real.minimum import RealMinimum
from tercet.ops.real.mul import RealMul
from tercet.passes.regions.region import Region


@dataclass(frozen=True)
class Course:
    """The direction of a value along the tensor: `sign` is 1 up, -1 down, for each place.

    A sign of 0 is constant. Without a `sign` each place is monotone in an unknown direction.
    """

    sign: FloatArray | None


CONSTANT, SOME = Course(np.zeros(())), Course(None)


def is_monotone(region: Region, leaf: SSAValue) -> bool:
    """Whether `region` is provably monotone along `leaf`, for any values of the other tensors."""
    known: dict[SSAValue, Course | None] = {}
    for step in region.steps:
        found: Course | None
        if isinstance(step, Dequantize):
            found = Course(np.ones(())) if step.q is leaf else CONSTANT
        else:
            found = _after(step, [known[operand] for operand in step.operands])
        known[step.results[0]] = found
    return not region.steps or known[region.end.x] is not None


def _after(step: PointwiseOp, operands: list[Course | None]) -> Course | None:
    courses = [course for course in operands if course is not None]
    if len(courses) != len(operands):
        return None
    if all(_is_constant(course) for course in courses):
        return CONSTANT
    if isinstance(step, ElementwiseOp):
        return _elementwise(step, courses[0])
    if isinstance(step, RealAdd | RealMaximum | RealMinimum):
        return _together(*courses)
    if isinstance(step, RealMul):
        return SOME if any(_is_constant(course) for course in courses) else None
    return SOME if isinstance(step, RealDiv) and _is_constant(courses[1]) else None


def _is_constant(course: Course) -> bool:
    return course.sign is not None and not course.sign.any()


def _elementwise(step: ElementwiseOp, course: Course) -> Course | None:
    if (line := step.line()) is not None:
        return SOME if course.sign is None else Course(course.sign * np.sign(line[0]))
    return course if step.rises() else None


def _together(a: Course, b: Course) -> Course | None:
    """The direction of a sum; None if some place has a rising and a falling part."""
    if _is_constant(a):
        return b
    if _is_constant(b):
        return a
    if a.sign is None or b.sign is None:
        return None
    return Course(np.sign(a.sign + b.sign)) if bool((a.sign * b.sign >= 0).all()) else None
