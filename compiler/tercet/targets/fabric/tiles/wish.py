"""How a step wants to read an operand: on which grid, and which positions each band holds."""

from dataclasses import dataclass, replace

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError

Spans = tuple[tuple[int, int], ...]
"""First position, and behind the last, of every band."""


@dataclass(frozen=True)
class Wish:
    """How a step wants to read an operand."""

    grid: Grid
    planar: bool
    spans: Spans
    even: bool = True
    """Slices are alike; else they hold whole groups of whoever writes, the last ones less."""

    def covers(self, other: "Wish") -> bool:
        """Whether every band holds what the other one's reads."""
        return union(self.spans, other.spans) == self.spans

    def also(self, copy: "Wish", *, fixed: bool) -> "Wish":
        """Of a tensor that a copy reads besides; what is `fixed` holds what it makes."""
        if fixed and not self.covers(copy):
            raise IncompatibleError("a copy reads what other bands make")
        return replace(self, spans=union(self.spans, copy.spans), even=True)

    def from_memory(self) -> "Wish":
        """Memory holds whole positions, one after the other."""
        if self.grid.slices > 1:
            raise IncompatibleError("what comes from memory is not cut in slices")
        return replace(self, planar=False)


def union(a: Spans, b: Spans) -> Spans:
    """What both read, band by band."""
    if a == b:
        return a
    return tuple(
        q if p[0] == p[1] else p if q[0] == q[1] else (min(p[0], q[0]), max(p[1], q[1]))
        for p, q in zip(a, b, strict=True)
    )


def spans_from(bands: IntArray) -> Spans:
    """Of an array [bands, 2]."""
    return tuple((int(a), int(b)) for a, b in bands.tolist())
