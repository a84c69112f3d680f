"""Search for a grid of every step that minimizes the cycles of the whole network.

A sweep takes step after step and tries every grid of it while the others stay. The cycles of the
whole network decide, so that the cost of a layout for its producer counts too. Sweeps use the
estimate; then the exact cycle model decides among the best grids.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf

from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.cost import IMPOSSIBLE
from tercet.targets.fabric.choice.sketch import sketched
from tercet.targets.fabric.choice.weigh import Costs
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid, grids

Totals = Mapping[Step, Mapping[Grid, float]]
"""Cycles of the network, by the step and the grid of it that was tried."""


@dataclass(frozen=True)
class Trial:
    """A grid that was tried for a step, and the network's cycles with it; None: impossible."""

    grid: Grid
    estimate: float | None
    exact: float | None


@dataclass(frozen=True, eq=False)
class Choice:
    """A grid for every step, and the trials of each step; pieces that are alike have one entry."""

    grids: Mapping[Step, Grid]
    trials: Mapping[Step, Sequence[Trial]] = field(default_factory=dict)


def choose(network: Network, spec: FabricSpec, asked: Asked = USUAL) -> Sequence[Choice]:
    """The best grids from each start; only the best of all if bank A then holds all weights."""
    search = _Search(network, spec, asked)
    swept = [search.swept(start) for start in search.starts()]
    unique = {tuple(chosen.values()): (chosen, totals) for chosen, totals in swept}
    exact, costs = asked.effort.best > 0, search.costs
    ranked = sorted(unique.values(), key=lambda found: costs.total(found[0], exact=exact))
    most = len(ranked) if costs.streams(ranked[0][0]) else 1
    return [search.refined(*found) for found in ranked[:most]]


class _Search:
    """The search of one network, on its sketch: all pieces of a step have one grid."""

    def __init__(self, network: Network, spec: FabricSpec, asked: Asked) -> None:
        self._network, self._sketch = network, sketched(network)
        self._spec, self._effort, self._tell = spec, asked.effort, asked.tell
        self._families = self._sketch.families
        self._options = {family: options_of(family[0], spec) for family in self._families}
        self.costs = Costs(self._sketch, spec, asked.effort)

    def starts(self) -> Iterator[dict[Step, Grid]]:
        steps = self._sketch.network.steps
        return islice(starts(steps, self._spec), self._effort.starts)

    def swept(self, start: Mapping[Step, Grid]) -> tuple[dict[Step, Grid], Totals]:
        """Grids after sweeps from `start`, and the totals that the last sweep tried."""
        chosen, totals = dict(start), dict[Step, Mapping[Grid, float]]()
        for _ in range(self._effort.sweeps):
            before = dict(chosen)
            for family in reversed(self._families):
                self._tell(f"grids of {family[0].name}")
                tried = (*self._options[family], chosen[family[0]])
                found = {g: self.costs.total(chosen | dict.fromkeys(family, g)) for g in tried}
                best = min(found, key=found.__getitem__)
                chosen |= dict.fromkeys(family, best)
                totals |= dict.fromkeys(family, found)
            if chosen == before:
                break
        return chosen, totals

    def refined(self, start: Mapping[Step, Grid], totals: Totals) -> Choice:
        """The choice from `start` in which the cycle model picks among each step's best grids."""
        chosen, trials = dict(start), dict[Step, list[Trial]]()
        for family in self._families:
            self._tell(f"cycles of {family[0].name}")
            found = totals[family[0]]
            best = sorted(found, key=found.__getitem__)[: self._effort.best]
            best = [chosen[family[0]], *(g for g in best if g != chosen[family[0]])]
            exact = dict[Grid, float]()
            if self._effort.best:
                exact = {
                    g: self.costs.total(chosen | dict.fromkeys(family, g), exact=True) for g in best
                }
                chosen |= dict.fromkeys(family, min(exact, key=exact.__getitem__))
            told = [Trial(g, _known(cost), _known(exact.get(g, inf))) for g, cost in found.items()]
            trials |= dict.fromkeys(family, told)
        return Choice(self._sketch.of_all(chosen, self._network), trials)


def starts(steps: Sequence[Step], spec: FabricSpec) -> Iterator[dict[Step, Grid]]:
    """Grids where sweeps begin: bands; slices for few positions; slices; some of both.

    Bands alone are compatible with every step, whatever they cost.
    """
    options = {step: options_of(step, spec) for step in steps}
    yield dict.fromkeys(steps, Grid(spec.tiles, 1, 1))
    yield {
        step: found[0 if step.result.positions >= spec.tiles else -1]
        for step, found in options.items()
    }
    for share in (1.0, 0.5):
        yield {step: found[round(share * (len(found) - 1))] for step, found in options.items()}


def _known(cost: float) -> float | None:
    return None if cost >= IMPOSSIBLE.execute else cost


def options_of(step: Step, spec: FabricSpec) -> list[Grid]:
    """Grids that a step can have, bands first; never more bands than twice its positions."""
    most = 2 * step.result.positions
    found = [g for g in grids(spec.tiles) if g.bands < most or g.bands == 1]
    found = [g for g in found if step.takes_grid(g)] or [Grid(spec.tiles, 1, 1)]
    return sorted(found, key=lambda g: (g.slices, -g.bands))
