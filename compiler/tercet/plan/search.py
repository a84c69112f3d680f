"""Choose the grid of every step: the one with the fewest cycles, producers and readers included.

Step after step, every grid is tried while the others stay, and the whole network's cycles decide;
what a layout costs its producer is thereby counted. First by estimate, then, among the best, by the
exact cycle model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from tercet.errors import CapacityError, UnsupportedError
from tercet.fabric.spec import WORD, FabricSpec
from tercet.plan.arena import place
from tercet.plan.assign import Assigned, assign, operands_of
from tercet.plan.cost import IMPOSSIBLE, Cost, cost_of, waits, whole
from tercet.plan.density import USUAL, densities_of
from tercet.plan.early import gained
from tercet.plan.grid import Grid, grids
from tercet.plan.layout import IncompatibleError, Layout
from tercet.plan.shaping import input_layouts, shape_of, spans_in_b
from tercet.plan.stage import Shape, staged
from tercet.plan.steps import Mac, Network, Step, Tensor
from tercet.plan.turning import turned

SWEEPS = 2
BEST = 3
"""How many of a step's grids the exact model tries."""


@dataclass(frozen=True)
class Trial:
    """What was weighed for a step: the network's cycles with each grid; None: it does not go."""

    step: str
    grid: Grid
    estimate: float | None
    exact: float | None


@dataclass
class Explained:
    """The choices of a search, filled while it runs."""

    trials: list[Trial] = field(default_factory=list)


def choose(
    network: Network, spec: FabricSpec, explained: Explained | None = None
) -> Mapping[Step, Grid]:
    """A grid for every step."""
    options = {step: options_of(step, spec) for step in network.steps}
    costs = _Costs(network, spec)
    swept = [_swept(network, options, start, costs) for start in starts(network.steps, spec)]
    chosen, totals = min(swept, key=lambda found: costs.total(found[0], exact=True))
    exact: dict[Step, dict[Grid, float]] = {}
    for step in network.steps:
        best = sorted(totals[step], key=totals[step].__getitem__)[:BEST]
        best = [chosen[step], *(g for g in best if g != chosen[step])]
        found = {g: costs.total({**chosen, step: g}, exact=True) for g in best}
        exact[step], chosen[step] = found, min(found, key=found.__getitem__)
    if explained is not None:
        explained.trials += [
            Trial(step.name, g, _known(cost), _known(exact[step].get(g, inf)))
            for step, found in totals.items()
            for g, cost in found.items()
        ]
    return chosen


Totals = dict[Step, dict[Grid, float]]


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
    network: Network, options: Mapping[Step, list[Grid]], start: dict[Step, Grid], costs: "_Costs"
) -> tuple[dict[Step, Grid], Totals]:
    """The best grid of step after step, and what was weighed in the last sweep."""
    chosen, totals = dict(start), Totals()
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


def _identity(step: Step) -> object:
    """The same for a step that only reads a copy of its operand."""
    return step.name, step.closing, step.result.name, step.result.positions


class _Costs:
    """Cycles of whole networks; what was found of a step is kept."""

    def __init__(self, network: Network, spec: FabricSpec) -> None:
        self._network, self._spec = network, spec
        self._densities = densities_of(network)
        self._shapes: dict[object, Shape | None] = {}
        self._found: dict[object, Cost] = {}

    def total(self, chosen: Mapping[Step, Grid], *, exact: bool = False) -> float:
        try:
            assigned = assign(self._network, chosen, self._spec.lanes)
        except IncompatibleError:
            return inf
        found, shapes, layouts = [], [], input_layouts(assigned)
        for step, grid in zip(assigned.network.steps, assigned.grids, strict=True):
            key = self._key(assigned, step, grid)
            shape = self._shape(key, assigned, step, grid, layouts)
            if shape is None:
                return inf
            if shape.writes is not None:
                layouts[step.result] = shape.writes
            found.append(self._cost(key, shape, exact))
            shapes.append(shape)
        return whole(found, self._spec) + (0.0 if self._fits(shapes) else IMPOSSIBLE.execute)

    def _fits(self, shapes: list[Shape]) -> bool:
        each = range(len(shapes))
        items = list(spans_in_b(shapes, each, each, 0).values())
        return not isinstance(place(items, self._spec.bank_b_depth, WORD), int)

    def _key(self, assigned: Assigned, step: Step, grid: Grid) -> object:
        wishes = assigned.wishes
        reads = tuple(wishes[x] for x in operands_of(step))
        return _identity(step), grid, reads, wishes.get(step.result)

    def _shape(
        self,
        key: object,
        assigned: Assigned,
        step: Step,
        grid: Grid,
        layouts: Mapping[Tensor, Layout],
    ) -> Shape | None:
        reads = tuple(layouts[x] for x in operands_of(step))
        key = (key, tuple(layout.pitch for layout in reads))
        if key not in self._shapes:
            try:
                self._shapes[key] = shape_of(
                    step,
                    grid,
                    reads,
                    assigned.wishes.get(step.result),
                    self._spec,
                    layouts.get(step.result),
                    memory=step.result in assigned.network.stored,
                )
            except IncompatibleError:
                self._shapes[key] = None
        return self._shapes[key]

    def _either(self, shape: Shape, exact: bool) -> Cost:
        """With plain lanes, and with turned ones."""
        spec, density = self._spec, self._densities.get(operands_of(shape.step)[0].name, USUAL)
        stage = staged(shape, spec)
        found = cost_of(stage, spec, exact=exact, density=density)
        if shape.step.name == self._network.steps[0].name:
            found = replace(found, execute=found.execute - gained(stage, self._network))
        other = turned(shape) if found != IMPOSSIBLE and waits(stage, density) else shape
        if other is shape:
            return found
        again = cost_of(staged(other, spec), spec, exact=exact, density=density)
        return replace(found, turned=again.execute)

    def _cost(self, key: object, shape: Shape, exact: bool) -> Cost:
        key = (key, tuple(layout.pitch for layout in shape.reads), exact)
        if key not in self._found:
            try:
                self._found[key] = self._either(shape, exact)
            except (IncompatibleError, CapacityError, UnsupportedError, ValueError):
                self._found[key] = IMPOSSIBLE
        return self._found[key]
