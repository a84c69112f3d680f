"""Choose the grid of every step: the one with the fewest cycles, producers and readers included.

Step after step, every grid is tried while the others stay, and the whole network's cycles decide;
what a layout costs its producer is thereby counted. First by estimate, then, among the best, by the
exact cycle model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from tercet.fabric.spec import FabricSpec
from tercet.plan.cost import IMPOSSIBLE
from tercet.plan.grid import Grid, grids
from tercet.plan.steps import Mac, Network, Step
from tercet.plan.weigh import Costs

SWEEPS = 2
BEST = 3
"""How many of a step's grids the exact model tries."""


Totals = Mapping[Step, Mapping[Grid, float]]
"""Cycles of the network, step by step, with each grid that was tried."""


@dataclass(frozen=True)
class Trial:
    """What was weighed for a step: the network's cycles with each grid; None: it does not go."""

    grid: Grid
    estimate: float | None
    exact: float | None


@dataclass(frozen=True, eq=False)
class Choice:
    """A grid for every step, and what was weighed for it."""

    grids: Mapping[Step, Grid]
    trials: Mapping[Step, Sequence[Trial]] = field(default_factory=dict)


def choose(network: Network, spec: FabricSpec) -> Sequence[Choice]:
    """The best grids from each start: one choice where that says all, else the timeline decides."""
    costs = Costs(network, spec)
    options = {step: options_of(step, spec) for step in network.steps}
    swept = [_swept(network, options, start, costs) for start in starts(network.steps, spec)]
    unique = {tuple(chosen.values()): (chosen, totals) for chosen, totals in swept}
    ranked = sorted(unique.values(), key=lambda found: costs.total(found[0], exact=True))
    most = len(ranked) if costs.streams(ranked[0][0]) else 1
    return [_refined(network, *found, costs) for found in ranked[:most]]


def _refined(network: Network, start: Mapping[Step, Grid], totals: Totals, costs: Costs) -> Choice:
    """With the best of each step's grids by the exact model."""
    chosen, trials = dict(start), dict[Step, list[Trial]]()
    for step in network.steps:
        best = sorted(totals[step], key=totals[step].__getitem__)[:BEST]
        best = [chosen[step], *(g for g in best if g != chosen[step])]
        exact = {g: costs.total({**chosen, step: g}, exact=True) for g in best}
        chosen[step] = min(exact, key=exact.__getitem__)
        trials[step] = [
            Trial(g, _known(cost), _known(exact.get(g, inf))) for g, cost in totals[step].items()
        ]
    return Choice(chosen, trials)


def starts(steps: Sequence[Step], spec: FabricSpec) -> Iterator[dict[Step, Grid]]:
    """Where sweeps begin: bands, slices where there are few positions, slices, some of both.

    Bands alone go with everything, whatever they cost.
    """
    options = {step: options_of(step, spec) for step in steps}
    yield dict.fromkeys(steps, Grid(spec.tiles, 1, 1))
    yield {
        step: found[0 if step.result.positions >= spec.tiles else -1]
        for step, found in options.items()
    }
    for share in (1.0, 0.5):
        yield {step: found[round(share * (len(found) - 1))] for step, found in options.items()}


def _swept(
    network: Network, options: Mapping[Step, list[Grid]], start: dict[Step, Grid], costs: Costs
) -> tuple[dict[Step, Grid], Totals]:
    """The best grid of step after step, and what was weighed in the last sweep."""
    chosen, totals = dict(start), dict[Step, dict[Grid, float]]()
    for _ in range(SWEEPS):
        for step in reversed(network.steps):
            tried = (*options[step], chosen[step])
            found = {g: costs.total({**chosen, step: g}) for g in tried}
            totals[step], chosen[step] = found, min(found, key=found.__getitem__)
    return chosen, totals


def _known(cost: float) -> float | None:
    return None if cost >= IMPOSSIBLE.execute else cost


def options_of(step: Step, spec: FabricSpec) -> list[Grid]:
    """Grids that a step can have, no more bands than twice its positions; bands first."""
    most = 2 * step.result.positions
    found = [g for g in grids(spec.tiles) if g.bands < most or g.bands == 1]
    if isinstance(step, Mac) and step.groups > 1:
        found = [g for g in found if g.slices == 1 and step.groups % g.outs == 0]
    elif not isinstance(step, Mac):
        found = [g for g in found if 1 in (g.outs, g.slices)]
    found = found or [Grid(spec.tiles, 1, 1)]
    return sorted(found, key=lambda g: (g.slices, -g.bands))
