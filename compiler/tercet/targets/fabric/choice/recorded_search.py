"""A chooser of grids that records what the search tried, for `tercet check --explain`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tercet.targets.effort import Asked
from tercet.targets.fabric.choice import search
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles import grid as tiles
from tercet.targets.rows import Choice, Grid, Trial

Laid = tuple[str, tiles.Grid]
"""A layer of the plan, by name, and its grid."""


class Search:
    """Chooses like `search.choose`, and keeps the trials."""

    def __init__(self) -> None:
        self._found: list[search.Choice] = []

    def __call__(self, network: Network, spec: FabricSpec, asked: Asked) -> Sequence[search.Choice]:
        found = search.choose(network, spec, asked)
        self._found += found
        return found

    def choices(self, layers: Iterable[Laid] = ()) -> tuple[Choice, ...]:
        """The trials of every step, in the network's order; nothing before the search has run.

        Of several searches, the one that agrees best with `layers`, the plan's layers and grids. A
        step that became one whole layer is shown with that layer's grid.
        """
        if not self._found:
            return ()
        whole = dict(layers)
        best = max(self._found, key=lambda found: _agreement(found.grids, whole))
        count = Counter(step.name for step in best.grids)
        return tuple(
            _choice(step.name, chosen, trials)
            for step, trials in best.trials.items()
            for grid in [best.grids[step]]
            for chosen in [whole.get(step.name, grid) if count[step.name] == 1 else grid]
        )


def _agreement(
    grids: Mapping[Step, tiles.Grid], whole: Mapping[str, tiles.Grid]
) -> tuple[int, int]:
    """Agreement with the plan, to be maximized: steps on the plan's grids, then fewer steps."""
    return sum(whole.get(step.name) == grid for step, grid in grids.items()), -len(grids)


def _choice(name: str, chosen: tiles.Grid, found: Sequence[search.Trial]) -> Choice:
    trials = (Trial(grid_of(x.grid), x.estimate, x.exact, x.grid == chosen) for x in found)
    return Choice(name, grid_of(chosen), tuple(trials))


def grid_of(found: tiles.Grid) -> Grid:
    """The grid of the contract from the planner's."""
    return Grid(found.bands, found.slices, found.outs)
