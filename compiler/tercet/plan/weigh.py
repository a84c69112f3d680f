"""Cycles of whole networks on grids that are tried; what was found of a step is kept."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

from tercet.errors import CapacityError, UnsupportedError
from tercet.fabric.spec import WORD, FabricSpec
from tercet.plan.arena import place
from tercet.plan.assign import Assigned, assign, operands_of
from tercet.plan.cost import IMPOSSIBLE, Cost, cost_of, streams, waits, whole
from tercet.plan.density import USUAL, densities_of
from tercet.plan.early import gained
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError, Layout
from tercet.plan.shaping import input_layouts, shape_of, spans_in_b
from tercet.plan.stage import Shape, staged
from tercet.plan.steps import Network, Step, Tensor
from tercet.plan.turning import turned


def _identity(step: Step) -> object:
    """The same for a step that only reads a copy of its operand."""
    return step.name, step.closing, step.result.name, step.result.positions


class Costs:
    """Cycles of whole networks; what was found of a step is kept."""

    def __init__(self, network: Network, spec: FabricSpec) -> None:
        self._network, self._spec = network, spec
        self._densities = densities_of(network)
        self._shapes: dict[object, Shape | None] = {}
        self._found: dict[object, Cost] = {}

    def total(self, chosen: Mapping[Step, Grid], *, exact: bool = False) -> float:
        """Of all steps; infinite where these grids do not go together."""
        found = self._weighed(chosen, exact)
        if found is None:
            return inf
        costs, shapes = found
        return whole(costs, self._spec) + (0.0 if self._fits(shapes) else IMPOSSIBLE.execute)

    def streams(self, chosen: Mapping[Step, Grid]) -> bool:
        """Whether weights come and go."""
        found = self._weighed(chosen, exact=True)
        return found is None or streams(found[0], self._spec)

    def _weighed(
        self, chosen: Mapping[Step, Grid], exact: bool
    ) -> tuple[list[Cost], list[Shape]] | None:
        try:
            assigned = assign(self._network, chosen, self._spec.lanes)
        except IncompatibleError:
            return None
        costs, shapes, layouts = [], [], input_layouts(assigned)
        for step, grid in zip(assigned.network.steps, assigned.grids, strict=True):
            key = self._key(assigned, step, grid)
            shape = self._shape(key, assigned, step, grid, layouts)
            if shape is None:
                return None
            if shape.writes is not None:
                layouts[step.result] = shape.writes
            costs.append(self._cost(key, shape, exact))
            shapes.append(shape)
        return costs, shapes

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
