"""Region: the real function of each place between integers and the next quantizer.

It is evaluated in float64; near a jump of the result, rationals decide (numerics.md, 2). Places
with the same constants form a channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.real import ElementwiseOp, PointwiseOp
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import Array, Dense, FloatArray, IntArray, shape_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.regions.unsupported_operator import foreign

NEAR = 1e-9
"""The distance to a jump, in steps, below which rationals decide."""
End: TypeAlias = Quantize | OrtRequantize


@dataclass(frozen=True)
class Region:
    """y = quantize(f(dequantize(q), …)), place by place."""

    leaves: tuple[SSAValue, ...]
    """The integer tensors that it reads, each once."""
    steps: tuple[Dequantize | PointwiseOp, ...]
    """Its operators in order."""
    end: End
    row: tuple[int, ...]
    """The shape of the result, without the batch."""
    axes: tuple[int, int]
    """The axes of `row` from the first to behind the last along which a constant changes."""

    @property
    def channels(self) -> int:
        return prod(self.row[slice(*self.axes)])

    @property
    def inner(self) -> int:
        """The number of adjacent elements of a row in one channel."""
        return prod(self.row[self.axes[1] :]) if self.channels > 1 else 1

    @property
    def view(self) -> tuple[int, ...]:
        """`row` with one element along every axis on which no constant changes."""
        first, behind = self.axes
        return tuple(n if first <= i < behind else 1 for i, n in enumerate(self.row))

    @property
    def layer(self) -> str:
        return self.end.layer.data

    def clip(self) -> Interval:
        return self.end.clip()

    def reals(self, *q: IntArray) -> FloatArray:
        """The quantizer's input in float64, from integers of shape (count, channels)."""
        return self._values(*q)[self.end.x]

    def _values(self, *q: IntArray) -> dict[SSAValue, Array]:
        """Every value of the region, (count, *view)."""
        shape = (len(q[0]), *self.view)
        found: dict[SSAValue, Array] = {
            leaf: x.reshape(shape) for leaf, x in zip(self.leaves, q, strict=True)
        }
        for step in self.steps:
            value = step.reference(*(found[operand] for operand in step.operands))
            found[step.results[0]] = np.broadcast_to(value, shape)
        return found

    def __call__(self, *q: IntArray) -> IntArray:
        """The quantizer's integers, exact, from integers of shape (count, channels)."""
        values = self._values(*q)
        x = values[self.end.x]
        result = self.end.reference(x).reshape(len(x), -1)
        near = np.broadcast_to(self.end.near(x, NEAR), x.shape)
        for step in self.steps:
            if isinstance(step, ElementwiseOp):
                for jump in step.turns():
                    near = near | _beside(values[step.x], float(jump))
        for index in zip(*np.nonzero(near.reshape(len(x), -1)), strict=True):
            result[index] = self.exact([int(v[index]) for v in q], int(index[-1]))
        return result

    def exact(self, q: Sequence[int], channel: int) -> int:
        """The quantizer's integer at one place of a channel, in rationals."""
        place = tuple(int(i) for i in np.unravel_index(channel, self.view))
        return self.end.exact(self.exact_reals(q, place)[self.end.x], place=place)

    def exact_reals(self, q: Sequence[int], place: tuple[int, ...]) -> dict[SSAValue, Fraction]:
        """Every real value at one place."""
        whole = dict(zip(self.leaves, q, strict=True))
        found: dict[SSAValue, Fraction] = {} if self.steps else {self.end.x: Fraction(q[0])}
        for step in self.steps:
            if isinstance(step, Dequantize):
                found[step.x] = step.exact(whole[step.q], place=place)
            else:
                operands = [found[value] for value in step.operands]
                found[step.results[0]] = step.exact(*operands, place=place)
        return found


def _beside(x: FloatArray, jump: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(np.abs(x - jump) < NEAR * max(1.0, abs(jump)))


def region_of(end: End) -> Region:
    """The region that ends at a quantizer; UnsupportedError if an operator in it mixes places."""
    if isinstance(end, OrtRequantize):
        row = shape_of(end.x)[1:]
        return Region((end.x,), (), end, row, _span(row, end.constants()))
    steps: dict[LayerOp, None] = {}
    waiting: list[SSAValue] = [end.x]
    while waiting:
        value = waiting[-1]
        owner = value.owner
        if not isinstance(owner, Dequantize | PointwiseOp):
            raise foreign(end.layer.data, owner)
        ready = isinstance(owner, Dequantize) or all(x.owner in steps for x in owner.operands)
        if ready:
            steps.setdefault(owner)
            waiting.pop()
        else:
            waiting += [x for x in owner.operands if x.owner not in steps]
    found = tuple(s for s in steps if isinstance(s, Dequantize | PointwiseOp))
    leaves = tuple(dict.fromkeys(s.q for s in found if isinstance(s, Dequantize)))
    row = shape_of(end.q)[1:]
    constants = [c for s in found for c in s.constants()]
    return Region(leaves, found, end, row, _span(row, [*constants, *end.constants()]))


def _span(row: tuple[int, ...], constants: Sequence[Dense]) -> tuple[int, int]:
    varying = set[int]()
    for constant in constants:
        shape = constant.get_shape()
        start = len(row) - len(shape)
        varying |= {start + i for i, n in enumerate(shape) if n > 1}
    return (min(varying), max(varying) + 1) if varying else (len(row), len(row))
