"""The wish of a step for an operand: its grid, and the positions that each band holds."""

from dataclasses import dataclass, replace

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError

Spans = tuple[tuple[int, int], ...]
"""First position of every band, and the one behind the last."""


@dataclass(frozen=True)
class Wish:
    """How a step wants an operand to be laid out."""

    grid: Grid
    planar: bool
    spans: Spans
    even: bool = True
    """Whether slices must be equal; else they hold whole groups of the writer, the last fewer."""

    def covers(self, other: "Wish") -> bool:
        """Whether every band holds all positions that the same band of `other` reads."""
        return union(self.spans, other.spans) == self.spans

    def also(self, copy: "Wish", *, fixed: bool) -> "Wish":
        """The wish widened for a copy that reads the tensor too; a `fixed` one can't be widened."""
        if fixed and not self.covers(copy):
            raise IncompatibleError("a copy reads what other bands make")
        return replace(self, spans=union(self.spans, copy.spans), even=True)

    def from_memory(self) -> "Wish":
        """The wish for a tensor in memory, which holds whole positions, one after the other."""
        if self.grid.slices > 1:
            raise IncompatibleError("a tensor from memory has no slices")
        return replace(self, planar=False)


def union(a: Spans, b: Spans) -> Spans:
    """Spans that contain both, band by band."""
    if a == b:
        return a
    return tuple(
        q if p[0] == p[1] else p if q[0] == q[1] else (min(p[0], q[0]), max(p[1], q[1]))
        for p, q in zip(a, b, strict=True)
    )


def spans_from(bands: IntArray) -> Spans:
    """Spans from an array [bands, 2]."""
    return tuple((int(a), int(b)) for a, b in bands.tolist())
