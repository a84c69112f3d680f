"""Reductions over several axes as a reduction over one merged axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped, transposed
from tercet.ir.types import shape_of


@dataclass(frozen=True)
class Reduction:
    """A tensor and the axes that are reduced."""

    x: SSAValue
    axes: tuple[int, ...]

    @classmethod
    def of(cls, builder: AtenBuilder, x: Value, axes: Sequence[int] | int | None) -> "Reduction":
        """The reduction of `x`; no axes mean all of them with the batch, which is refused."""
        source = builder.tensor(x)
        rank = len(shape_of(source))
        given = (axes,) if isinstance(axes, int) else tuple(axes or range(rank))
        return cls(source, tuple(sorted(builder.axis(axis, rank) for axis in given)))

    def count(self) -> int:
        """The number of elements reduced to one."""
        return prod(shape_of(self.x)[axis] for axis in self.axes)

    def kept(self) -> tuple[int, ...]:
        """The axes that stay, without the batch."""
        return tuple(i for i in range(1, len(shape_of(self.x))) if i not in self.axes)

    def shape(self, keepdim: bool) -> tuple[int, ...]:
        """The shape of the result, without the batch."""
        shape = shape_of(self.x)
        if keepdim:
            return tuple(1 if i in self.axes else shape[i] for i in range(1, len(shape)))
        return tuple(shape[i] for i in self.kept())

    def block(self, builder: AtenBuilder) -> SSAValue:
        """The tensor as (batch, kept axes in front, reduced axes, kept axes behind)."""
        first, last = self.axes[0], self.axes[-1]
        if last - first + 1 != len(self.axes):
            return self.rows(builder)
        shape = shape_of(self.x)
        ends = prod(shape[1:first]), prod(shape[last + 1 :])
        return reshaped(builder, self.x, (ends[0], self.count(), ends[1]))

    def rows(self, builder: AtenBuilder) -> SSAValue:
        """The tensor as (batch, kept axes, reduced axes)."""
        moved = transposed(builder, self.x, (0, *self.kept(), *self.axes))
        return reshaped(builder, moved, (prod(self.shape(keepdim=False)), self.count()))
