"""Cycles of a network on grids that the search tries; costs of its parts are remembered."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from math import inf

from tercet.errors import CapacityError, UnsupportedError
from tercet.targets.effort import Effort
from tercet.targets.fabric.choice.cost import IMPOSSIBLE, Cost, cost_of, streams, waits, whole
from tercet.targets.fabric.choice.sketch import Sketch, parts_of
from tercet.targets.fabric.choice.stager import Stager
from tercet.targets.fabric.format.spec import WORD, FabricSpec
from tercet.targets.fabric.network.density import USUAL, densities_of
from tercet.targets.fabric.placement.activations import spans_in_b
from tercet.targets.fabric.placement.arena import Item, place
from tercet.targets.fabric.stages.assign import Assigner
from tercet.targets.fabric.stages.early_start import gained
from tercet.targets.fabric.stages.shaping import Shaper
from tercet.targets.fabric.stages.stage import Shape, Stage
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError

COPIES = 1 << 10
"""More than the operands of any step, each of which may be copied before it."""


@dataclass(frozen=True, eq=False)
class _Weighed:
    """Costs of some steps, each with the step's number, and their items in bank B."""

    costs: tuple[tuple[int, Cost], ...]
    items: tuple[Item, ...]


class Costs:
    """Cycles of a sketch; parts that meet only in memory are computed on their own."""

    def __init__(self, sketch: Sketch, spec: FabricSpec, effort: Effort) -> None:
        network = sketch.network
        self._sketch, self._spec, self._effort = sketch, spec, effort
        self._number = {step: COPIES * n for n, step in enumerate(network.steps, 1)}
        self._parts = [(part.steps, Assigner(part, spec.lanes)) for part in parts_of(network)]
        self._densities = densities_of(network)
        self._shaper, self._stager = Shaper(spec), Stager(spec)
        self._known: dict[Hashable, _Weighed | None] = {}
        self._found: dict[Hashable, Cost] = {}

    def total(self, chosen: Mapping[Step, Grid], *, exact: bool = False) -> float:
        """Cycles of all steps; infinite if these grids are not compatible."""
        found = self._weighed(chosen, exact)
        if found is None:
            return inf
        items = sorted((item for part in found for item in part.items), key=lambda i: i.begin)
        fits = not isinstance(place(items, self._spec.bank_b_depth, WORD), int)
        return whole(_costs(found), self._spec) + (0.0 if fits else IMPOSSIBLE.execute)

    def streams(self, chosen: Mapping[Step, Grid]) -> bool:
        """Whether weights are streamed."""
        found = self._weighed(chosen, exact=self._effort.best > 0)
        return found is None or streams(_costs(found), self._spec)

    def _weighed(self, chosen: Mapping[Step, Grid], exact: bool) -> list[_Weighed] | None:
        """Costs of every part; None if the grids of one are not compatible."""
        found = []
        for n, (steps, assigner) in enumerate(self._parts):
            key = n, exact, tuple(chosen[step] for step in steps)
            if key not in self._known:
                self._known[key] = self._part(assigner, chosen, exact)
            part = self._known[key]
            if part is None:
                return None
            found.append(part)
        return found

    def _part(
        self, assigner: Assigner, chosen: Mapping[Step, Grid], exact: bool
    ) -> _Weighed | None:
        try:
            assigned = assigner.assign(chosen)
            shapes = tuple(self._shaper.shapes(assigned))
        except IncompatibleError:
            return None
        numbers = [
            self._number[step] + (0 if copied is None else copied + 1 - COPIES)
            for step, copied in assigned.origins
        ]
        costs = [
            (number, replace(self._cost(shape, exact), times=self._sketch.times[step], of=of))
            for number, shape, (step, _) in zip(numbers, shapes, assigned.origins, strict=True)
            for of in [self._sketch.of(step)]
        ]
        spans = spans_in_b(shapes, numbers, numbers, 0)
        return _Weighed(tuple(costs), tuple(spans.values()))

    def _cost(self, shape: Shape, exact: bool) -> Cost:
        key = self._stager.key(shape), exact
        if key not in self._found:
            try:
                self._found[key] = self._either(shape, exact)
            except (IncompatibleError, CapacityError, UnsupportedError, ValueError):
                self._found[key] = IMPOSSIBLE
        return self._found[key]

    def _either(self, shape: Shape, exact: bool) -> Cost:
        """The cost with plain lanes, and with turned ones if tiles wait for the drain."""
        network, spec = self._sketch.network, self._spec
        density = self._densities.get(shape.step.operands[0].name, USUAL)
        stage, most = self._stager.staged(shape), self._effort.cycles if exact else 0
        found = cost_of(stage, spec, most, density)
        if shape.step.name == network.steps[0].name:
            found = replace(found, execute=found.execute - gained(stage, network))
        other = self._stager.turned(shape) if _waits(found, stage, density) else shape
        if other is shape:
            return found
        again = cost_of(self._stager.staged(other), spec, most, density)
        return replace(found, turned=again.execute)


def _waits(found: Cost, stage: Stage, density: float) -> bool:
    return found != IMPOSSIBLE and waits(stage, density)


def _costs(found: list[_Weighed]) -> list[Cost]:
    """Costs of all steps, in their order."""
    pairs = sorted((pair for part in found for pair in part.costs), key=lambda pair: pair[0])
    return [cost for _, cost in pairs]
