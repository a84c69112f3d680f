"""Shapes from grids: what every step makes, and the layouts that it reads and writes."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.stages.assign import Assigned, layout_of
from tercet.targets.fabric.stages.stage import Shape, pitch_in_c
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout
from tercet.targets.fabric.tiles.pattern import Made
from tercet.targets.fabric.tiles.routing import Destination, route_of
from tercet.targets.fabric.tiles.tensor import Tensor
from tercet.targets.fabric.tiles.wish import Wish


class Shaper:
    """Makes shapes on one fabric; pieces that are alike share what was found for the first."""

    def __init__(self, spec: FabricSpec) -> None:
        self.spec = spec
        self._known: dict[Hashable, Shape | IncompatibleError] = {}

    def shapes(self, assigned: Assigned) -> Iterator[Shape]:
        """Every step's shape, layouts at address 0. Raises IncompatibleError."""
        layouts = input_layouts(assigned)
        for n, step in enumerate(assigned.network.steps):
            shape = self._shape(assigned, n, layouts)
            if shape.writes is not None:
                layouts[step.result] = shape.writes
            yield shape

    def _shape(self, assigned: Assigned, n: int, layouts: Mapping[Tensor, Layout]) -> Shape:
        step, grid, wishes = assigned.network.steps[n], assigned.grids[n], assigned.wishes
        reads = tuple(layouts[x] for x in step.operands)
        wish, begun = wishes.get(step.result), layouts.get(step.result)
        memory = step.result in assigned.network.stored
        seen = tuple((wishes[x], layouts[x].pitch) for x in step.operands)
        key = assigned.origins[n], grid, seen, wish, begun and (begun.pitch, begun.room), memory
        if key not in self._known:
            try:
                found = shape_of(step, grid, reads, wish, self.spec, begun, memory=memory)
            except IncompatibleError as error:
                self._known[key] = error
                raise
            self._known[key] = found
            return found
        known = self._known[key]
        if isinstance(known, IncompatibleError):
            raise known
        writes = known.writes and (begun or replace(known.writes, tensor=step.result))
        return replace(known, step=step, reads=reads, writes=writes)


def shape_all(
    assigned: Assigned, spec: FabricSpec, shaper: Shaper | None = None
) -> tuple[Shape, ...]:
    """Every step's shape, layouts at address 0. Raises IncompatibleError."""
    found = tuple((shaper or Shaper(spec)).shapes(assigned))
    pitches: dict[Tensor, int] = {}
    for shape in found:
        result = shape.step.result
        pitches[result] = max(shape.pitch, pitches.get(result, 0))
    return tuple(replace(shape, pitch=pitches[shape.step.result]) for shape in found)


def input_layouts(assigned: Assigned) -> dict[Tensor, Layout]:
    """The layouts of loaded tensors, and of tensors that are written part by part."""
    network = assigned.network
    wholes = {where.whole for where in network.inside.values()}
    found = {
        x: layout_of(x, assigned.wishes[x], None, memory=x in network.loaded)
        for x in (*network.inputs, *network.loaded, *wholes)
        if x in assigned.wishes
    }
    found |= {x: replace(found[x], room=x.channels) for x in wholes}
    for x, where in network.inside.items():
        found[x] = found[where.whole].part(x, where.first, where.room)
    return found


def shape_of(
    step: Step,
    grid: Grid,
    reads: tuple[Layout, ...],
    wish: Wish | None,
    spec: FabricSpec,
    begun: Layout | None = None,
    *,
    memory: bool = False,
) -> Shape:
    """The shape of a step, with the first number of groups that its result's layout allows.

    `begun` is the layout of the result if another step already makes other parts of it. Raises
    IncompatibleError.
    """
    why = "no number of groups"
    for groups in step.group_counts(grid, reads, spec.lanes):
        try:
            made = step.made(grid, reads, groups, spec)
            writes = None
            if wish is not None:
                writes = layout_of(step.result, wish, made, memory=memory)
                writes = writes if begun is None else _fitting(writes, begun, made)
                route_of(_short(made), Destination.of(writes), repeats=step.by_item)
            return Shape(step, grid, made, reads, writes, pitch_in_c(step, made))
        except IncompatibleError as error:
            why = str(error)
    raise IncompatibleError(f"{step.name} on {grid}: {why}")


def _fitting(own: Layout, begun: Layout, made: Made) -> Layout:
    if begun.room is not None:
        if made.reach > begun.room:
            raise IncompatibleError("it writes more channels than there is room for beside others")
        return begun
    if own.pitch > begun.pitch:
        raise IncompatibleError("another step has laid the result out more tightly")
    return begun


def _short(made: Made) -> Made:
    """Only its first repetitions, which show whether a route is possible."""
    return replace(made, positions=made.positions[:, :2])
