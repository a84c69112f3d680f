"""Sums, means and maxima over axes: one axis of all that disappears."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped, transposed
from tercet.ir.types import shape_of


@dataclass(frozen=True)
class Reduction:
    """A tensor and the axes that disappear."""

    x: SSAValue
    axes: tuple[int, ...]

    @classmethod
    def of(cls, builder: AtenBuilder, x: Value, axes: Sequence[int] | int | None) -> "Reduction":
        """No axes mean all of them, and the batch is one of these."""
        source = builder.tensor(x)
        rank = len(shape_of(source))
        given = (axes,) if isinstance(axes, int) else tuple(axes or range(rank))
        return cls(source, tuple(sorted(builder.axis(axis, rank) for axis in given)))

    def count(self) -> int:
        """How many elements become one."""
        return prod(shape_of(self.x)[axis] for axis in self.axes)

    def kept(self) -> tuple[int, ...]:
        """The axes that stay, without the batch."""
        return tuple(i for i in range(1, len(shape_of(self.x))) if i not in self.axes)

    def shape(self, keepdim: bool) -> tuple[int, ...]:
        """Of the result, without the batch."""
        shape = shape_of(self.x)
        if keepdim:
            return tuple(1 if i in self.axes else shape[i] for i in range(1, len(shape)))
        return tuple(shape[i] for i in self.kept())

    def block(self, builder: AtenBuilder) -> SSAValue:
        """(batch, what stays in front, all that disappears, what stays behind)."""
        first, last = self.axes[0], self.axes[-1]
        if last - first + 1 != len(self.axes):
            return self.rows(builder)
        shape = shape_of(self.x)
        ends = prod(shape[1:first]), prod(shape[last + 1 :])
        return reshaped(builder, self.x, (ends[0], self.count(), ends[1]))

    def rows(self, builder: AtenBuilder) -> SSAValue:
        """(batch, all that stays, all that disappears)."""
        moved = transposed(builder, self.x, (0, *self.kept(), *self.axes))
        return reshaped(builder, moved, (prod(self.shape(keepdim=False)), self.count()))
