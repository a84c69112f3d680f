"""The planner's search for grids, as it went."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tercet.check.contract import Choice, Grid, Trial
from tercet.fabric.spec import FabricSpec
from tercet.plan import LayerPlan, search
from tercet.plan import grid as tiles
from tercet.plan.steps import Network, Step

_Weighed = tuple[Step, tiles.Grid, list[search.Trial]]


class Search:
    """Chooses what the planner would choose, and keeps what it weighed."""

    def __init__(self) -> None:
        self._searches: list[list[_Weighed]] = []

    def __call__(self, network: Network, spec: FabricSpec) -> Mapping[Step, tiles.Grid]:
        explained = search.Explained()
        found = search.choose(network, spec, explained)
        trials = {name: iter(_by_step(group)) for name, group in _by_name(explained.trials)}
        self._searches.append(
            [(step, found[step], next(trials[step.name])) for step in network.steps]
        )
        return found

    def choices(self, layers: Sequence[LayerPlan] = ()) -> tuple[Choice, ...]:
        """Step by step, in the network's order; nothing before the search.

        Of several networks that were searched, the one that has become these `layers`; of a step
        that is one of them as a whole, the chosen grid is the one it has there.
        """
        if not self._searches:
            return ()
        whole = {layer.name: layer.grid for layer in layers}
        weighed = max(self._searches, key=lambda found: _agreement(found, whole))
        count = Counter(step.name for step, _, _ in weighed)
        return tuple(
            _choice(step.name, whole.get(step.name, grid) if count[step.name] == 1 else grid, found)
            for step, grid, found in weighed
        )


def _agreement(weighed: Sequence[_Weighed], whole: Mapping[str, tiles.Grid]) -> tuple[int, int]:
    """How many steps are there, on their grids; fewer others are better."""
    return sum(whole.get(step.name) == grid for step, grid, _ in weighed), -len(weighed)


def _choice(name: str, chosen: tiles.Grid, found: list[search.Trial]) -> Choice:
    trials = (Trial(grid_of(x.grid), x.estimate, x.exact, x.grid == chosen) for x in found)
    return Choice(name, grid_of(chosen), tuple(trials))


def _by_name(trials: Sequence[search.Trial]) -> Iterable[tuple[str, list[search.Trial]]]:
    found: dict[str, list[search.Trial]] = {}
    for trial in trials:
        found.setdefault(trial.step, []).append(trial)
    return found.items()


def _by_step(trials: list[search.Trial]) -> list[list[search.Trial]]:
    """Pieces of a step have one name, and weigh the same grids one after the other, last first."""
    first = [n for n, trial in enumerate(trials) if trial.grid == trials[0].grid]
    return [trials[a:b] for a, b in pairwise([*first, len(trials)])][::-1]


def grid_of(found: tiles.Grid) -> Grid:
    """A grid as a check tells it."""
    return Grid(found.bands, found.slices, found.outs)
