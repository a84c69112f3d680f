"""How steps want to read their operands, and how they hold what goes to memory."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from tercet.ir.types import IntArray
from tercet.plan import depthwise, mac, vector
from tercet.plan.code import spans_of
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError
from tercet.plan.steps import Depthwise, Mac, Network, Step, Vector

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


class Wishes:
    """The wishes of a network's steps; each is found once, of pieces that are alike together."""

    def __init__(self, network: Network, lanes: int) -> None:
        self._network, self._lanes = network, lanes
        self._found: dict[Hashable, Wish] = {}

    def read(self, step: Step, grid: Grid, operand: int) -> Wish:
        """How a step on `grid` reads an operand."""
        step = self._network.like(step)
        key = step, grid, operand
        if key not in self._found:
            self._found[key] = wish_of(step, grid, operand, self._lanes)
        return self._found[key]

    def own(self, step: Step, grid: Grid) -> Wish:
        """What goes to memory: each band holds what it makes."""
        step = self._network.like(step)
        key = step, grid, None
        if key not in self._found:
            self._found[key] = _own(step, grid, self._lanes)
        return self._found[key]


def wish_of(step: Step, grid: Grid, operand: int, lanes: int) -> Wish:
    """How a step on `grid` reads an operand."""
    if isinstance(step, Mac):
        return Wish(grid, False, _tuples(mac.spans(step, grid)), even=step.groups > 1)
    if isinstance(step, Depthwise):
        return Wish(grid, True, _tuples(depthwise.spans(step, grid, lanes)))
    return Wish(grid, False, _tuples(vector.spans(step, grid, operand)))


def _own(step: Step, grid: Grid, lanes: int) -> Wish:
    if isinstance(step, Depthwise):
        spans = depthwise.own_spans(step, grid, lanes)
    else:
        turns = mac.turns_of(step, grid) if isinstance(step, Mac) else vector.turns_of(step, grid)
        spans = spans_of(turns)
    return Wish(Grid(grid.bands, grid.tiles // grid.bands, 1), False, _tuples(spans))


def takes_any(step: Step) -> bool:
    """Whether it reads its operand in either direction."""
    return isinstance(step, Vector) and len(step.operands) == 1


def union(a: Spans, b: Spans) -> Spans:
    """What both read, band by band."""
    if a == b:
        return a
    return tuple(
        q if p[0] == p[1] else p if q[0] == q[1] else (min(p[0], q[0]), max(p[1], q[1]))
        for p, q in zip(a, b, strict=True)
    )


def _tuples(spans: IntArray) -> Spans:
    return tuple((int(a), int(b)) for a, b in spans.tolist())
