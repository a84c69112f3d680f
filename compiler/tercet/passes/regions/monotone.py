"""Whether a region only rises or only falls along one of its integer tensors, place by place.

Known by composition: a sum of two parts that rise rises. What cannot be known so is never assumed:
it is enumerated or refused.
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
    """How a value goes along the tensor: up or down with `sign`, place by place.

    A sign of 0 is constant. Where `sign` is absent each place goes one way, but which is open.
    """

    sign: FloatArray | None


CONSTANT, SOME = Course(np.zeros(())), Course(None)


def is_monotone(region: Region, leaf: SSAValue) -> bool:
    """Whether it is known to be, along `leaf`, whatever the other tensors hold."""
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
    """Known where no place has one part that rises and one that falls."""
    if _is_constant(a):
        return b
    if _is_constant(b):
        return a
    if a.sign is None or b.sign is None:
        return None
    return Course(np.sign(a.sign + b.sign)) if bool((a.sign * b.sign >= 0).all()) else None
