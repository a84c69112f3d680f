"""The layout of every tensor, given the grid of every step; copies where readers disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from tercet.targets.fabric.format.spec import BUS_BYTES
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.stages.wishes import Wishes
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.steps.vector import copy_of
from tercet.targets.fabric.tiles.grid import Grid, up
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout, lay_out
from tercet.targets.fabric.tiles.pattern import Made
from tercet.targets.fabric.tiles.tensor import Tensor
from tercet.targets.fabric.tiles.wish import Wish, union


@dataclass(frozen=True, eq=False)
class Assigned:
    """A network with copies, in which all readers of a tensor accept its one layout."""

    network: Network
    grids: tuple[Grid, ...]
    """The grid of every step, in order."""
    origins: tuple[tuple[Step, int | None], ...]
    """For every step the first like it in the original network; for a copy also the operand."""
    wishes: Mapping[Tensor, Wish]
    """The wish of every tensor that is read from bank B."""


def assign(network: Network, grids: Mapping[Step, Grid], lanes: int) -> Assigned:
    """The network with a layout for every tensor, for steps on `grids`.

    A vector step runs on the grid of an operand that another step lays out. Raises
    IncompatibleError.
    """
    return Assigner(network, lanes).assign(grids)


class Assigner:
    """Assigns the layouts of one network, for one choice of grids after the other."""

    def __init__(self, network: Network, lanes: int) -> None:
        self._network, self._lanes = network, lanes
        self._wishes = Wishes(network, lanes)
        self._parted = {place.whole for place in network.inside.values()}
        self._readers: dict[Tensor, list[Step]] = {}
        for step in network.steps:
            for x in step.operands:
                self._readers.setdefault(network.whole(x), []).append(step)

    def assign(self, grids: Mapping[Step, Grid]) -> Assigned:
        """The same as the function `assign`, with the wishes found before."""
        network = self._network
        steps: list[Step] = []
        chosen: list[Grid] = []
        origins: list[tuple[Step, int | None]] = []
        wishes: dict[Tensor, Wish] = {}
        for step in network.steps:
            grid = self._grid_of(step, grids, wishes)
            if step.result in network.stored:
                wishes[step.result] = self._wishes.own(step, grid)
            operands = []
            for i, operand in enumerate(step.operands):
                wish, x = self._wishes.read(step, grid, i), network.whole(operand)
                if x in network.loaded:
                    wish = wish.from_memory()
                if x not in wishes:
                    alone = x in network.loaded
                    wishes[x] = wish if alone else self._united(x, wish, grids)
                have = wishes[x]
                fits = have.grid == wish.grid and have.planar == wish.planar
                if fits or (have.grid == wish.grid and step.takes_any):
                    if not have.covers(wish):
                        raise IncompatibleError(f"{x.name} is read more widely later")
                    operands.append(operand)
                    continue
                twin = replace(operand)
                steps.append(copy_of(operand, twin))
                chosen.append(have.grid)
                origins.append((network.like(step), i))
                copied = steps[-1].wish(have.grid, 0, self._lanes)
                wishes[x] = have.also(copied, fixed=x in network.stored)
                wishes[twin] = wish
                operands.append(twin)
            steps.append(_reading(step, tuple(operands)))
            chosen.append(grid)
            origins.append((network.like(step), None))
        wishes |= {x: wishes[place.whole] for x, place in network.inside.items()}
        whole = replace(network, steps=tuple(steps))
        return Assigned(whole, tuple(chosen), tuple(origins), wishes)

    def _grid_of(
        self, step: Step, grids: Mapping[Step, Grid], wishes: Mapping[Tensor, Wish]
    ) -> Grid:
        """The grid of a step; a vector step's is that of an operand which another step lays out."""
        if step.follows:
            for x in map(self._network.whole, step.operands):
                if x in wishes:
                    return wishes[x].grid
                others = [r for r in self._readers[x] if not r.follows]
                if others:
                    return grids[others[0]]
        return grids[step]

    def _united(self, x: Tensor, wish: Wish, grids: Mapping[Step, Grid]) -> Wish:
        """The wish of the reader that lays x out, widened for all readers that can share it."""
        readers = self._readers[x]
        fixed = [r for r in readers if not r.follows]
        if x in self._parted:  # no slices
            fixed = [r for r in fixed if grids[r].slices == 1]
            if not fixed and wish.grid.slices > 1:
                raise IncompatibleError(f"{x.name} is written part by part, and read in slices")
        lead = self._wishes.read(fixed[0], grids[fixed[0]], 0) if fixed else wish
        found = [lead]
        for reader in readers:
            for i, operand in enumerate(reader.operands):
                if self._network.whole(operand) is not x:
                    continue
                grid = lead.grid if reader.follows else grids[reader]
                other = self._wishes.read(reader, grid, i)
                if other.grid == lead.grid and (other.planar == lead.planar or reader.takes_any):
                    found.append(other)
        spans = reduce(union, (w.spans for w in found))
        return replace(lead, spans=spans, even=any(w.even for w in found))


def _reading(step: Step, operands: tuple[Tensor, ...]) -> Step:
    return step if operands == step.operands else replace(step, operands=operands)


def memory_pitch(tensor: Tensor) -> int:
    """Bytes of a position in memory: whole beats."""
    return up(tensor.channels, BUS_BYTES)


def layout_of(tensor: Tensor, wish: Wish, made: Made | None, *, memory: bool = False) -> Layout:
    """The layout of a tensor that is loaded (`made` is None), or that a step makes.

    With `memory`, positions have the same pitch as in memory. Raises IncompatibleError.
    """
    groups = made.groups if made is not None and _interleaved(made) else 1
    if wish.grid.slices > 1 and made is not None and _parted(tensor, wish, made, groups):
        raise IncompatibleError(f"{groups} groups of a lane lie in several slices")
    layout = lay_out(tensor, wish.grid, np.array(wish.spans), planar=wish.planar, groups=groups)
    if wish.grid.slices > 1:
        return layout
    room = 0 if made is None else made.room
    if memory and room > memory_pitch(tensor):
        raise IncompatibleError(f"{room} channels in {memory_pitch(tensor)} bytes of memory")
    pitch = memory_pitch(tensor) if memory else max(layout.pitch, room)
    return replace(layout, pitch=pitch)


def _parted(tensor: Tensor, wish: Wish, made: Made, groups: int) -> bool:
    """Whether a lane's groups lie in several slices, or slices differ although the wish is even."""
    first = made.channels[:, 0]
    odd = wish.even and -(-tensor.channels // wish.grid.slices) % groups > 0
    return odd or bool((first[first >= 0] % groups).any())


def _interleaved(made: Made) -> bool:
    """Whether neighbouring channels lie in different groups of one lane."""
    first = made.channels[0]
    return made.by_lane and made.groups > 1 and int(first[1, 0] - first[0, 0]) == 1
