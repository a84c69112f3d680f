"""The wishes of a network's steps; pieces that are alike share theirs."""

from collections.abc import Hashable

from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.wish import Wish, spans_from


class Wishes:
    """Finds the wishes of a network's steps, each once; pieces that are alike share theirs."""

    def __init__(self, network: Network, lanes: int) -> None:
        self._network, self._lanes = network, lanes
        self._found: dict[Hashable, Wish] = {}

    def read(self, step: Step, grid: Grid, operand: int) -> Wish:
        """The wish of a step on `grid` for an operand."""
        step = self._network.like(step)
        key = step, grid, operand
        if key not in self._found:
            self._found[key] = step.wish(grid, operand, self._lanes)
        return self._found[key]

    def own(self, step: Step, grid: Grid) -> Wish:
        """The wish for a result that is stored to memory: each band holds what it makes."""
        step = self._network.like(step)
        key = step, grid, None
        if key not in self._found:
            self._found[key] = _own(step, grid, self._lanes)
        return self._found[key]


def _own(step: Step, grid: Grid, lanes: int) -> Wish:
    whole = Grid(grid.bands, grid.tiles // grid.bands, 1)
    return Wish(whole, False, spans_from(step.made_spans(grid, lanes)))
