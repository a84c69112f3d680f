"""From grids to shapes: what every step makes, where it reads and writes in bank B."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tercet.errors import CapacityError
from tercet.fabric.spec import WORD, FabricSpec
from tercet.plan import mac, vector
from tercet.plan.arena import Item, held, place
from tercet.plan.assign import Assigned, layout_of, operands_of
from tercet.plan.capacity import way_out
from tercet.plan.code import Made
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError, Layout
from tercet.plan.routing import Target, route_of
from tercet.plan.stage import Shape, pitch_in_c, shaped
from tercet.plan.steps import Mac, Step, Tensor, Vector
from tercet.plan.wishes import Wish


class Shaper:
    """Shapes of steps on one fabric; what was found of a step holds for pieces that are like it."""

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
        reads = tuple(layouts[x] for x in operands_of(step))
        wish, begun = wishes.get(step.result), layouts.get(step.result)
        memory = step.result in assigned.network.stored
        seen = tuple((wishes[x], layouts[x].pitch) for x in operands_of(step))
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
    """Of what is loaded, and of what is written part by part."""
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
    """With the first number of groups that goes with the layout of the result.

    `begun` is that layout, where another step makes other parts of the result. Raises
    IncompatibleError.
    """
    why = "no number of groups"
    for groups in _group_counts(step, grid, reads, spec.lanes):
        try:
            made = shaped(step, grid, reads, groups, spec)
            writes = None
            if wish is not None:
                writes = layout_of(step.result, wish, made, memory=memory)
                writes = writes if begun is None else _fitting(writes, begun, made)
                route_of(_short(made), Target.of(writes), vector=isinstance(step, Vector))
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


def _group_counts(step: Step, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterable[int]:
    if isinstance(step, Mac):
        return mac.group_counts(step, grid, lanes)
    return vector.group_counts(step, grid, reads) if isinstance(step, Vector) else (1,)


def _short(made: Made) -> Made:
    """Its first repetitions: enough to see whether a route is possible."""
    return replace(made, positions=made.positions[:, :2])


def spans_in_b(
    shapes: Sequence[Shape], last: Sequence[int], first: Sequence[int], ahead: int
) -> dict[Layout, Item]:
    """How long each layout lives, in EXECs: shape n runs from first[n] to last[n].

    What is loaded may come `ahead` EXECs before it is read.
    """
    found: dict[Tensor, tuple[Layout, int, int]] = {}
    for n, shape in enumerate(shapes):
        for layout in shape.reads:
            whole = layout.whole
            _, begin, end = found.get(whole.tensor, (whole, first[n] - ahead, 0))
            found[whole.tensor] = whole, begin, max(end, last[n])
        if shape.writes is not None:
            whole = shape.writes.whole
            _, begin, end = found.get(whole.tensor, (whole, first[n], 0))
            found[whole.tensor] = whole, min(begin, first[n]), max(end, last[n])
    return {
        layout: Item(layout.tensor.name, layout.size, begin, end)
        for layout, begin, end in found.values()
    }


def in_bank_b(
    shapes: Sequence[Shape], last: Sequence[int], first: Sequence[int], spec: FabricSpec
) -> tuple[tuple[Shape, ...], dict[Tensor, Item]]:
    """Shapes whose layouts have addresses, and how long each lives. Raises CapacityError."""
    for ahead in (len(last) and last[-1] + 1, 1, 0):
        spans = spans_in_b(shapes, last, first, ahead)
        items = list(spans.values())
        if ahead and max(held(items).values(), default=0) > spec.bank_b_depth:
            continue
        places = place(items, spec.bank_b_depth, WORD)
        if not isinstance(places, int):
            break
    if isinstance(places, int):
        raise too_small(list(spans.values()), places, spec)
    bases = {layout.tensor: base for layout, base in zip(spans, places, strict=True)}
    return at_bases(shapes, bases), {layout.tensor: item for layout, item in spans.items()}


def at_bases(shapes: Sequence[Shape], bases: Mapping[Tensor, int]) -> tuple[Shape, ...]:
    """Shapes whose layouts have these addresses."""
    return tuple(
        replace(
            shape,
            reads=tuple(layout.at(bases[layout.whole.tensor]) for layout in shape.reads),
            writes=shape.writes and shape.writes.at(bases[shape.writes.whole.tensor]),
        )
        for shape in shapes
    )


def too_small(items: Sequence[Item], needed: int, spec: FabricSpec) -> CapacityError:
    """What does not fit bank B, with the numbers."""
    worst = max(items, key=lambda item: item.size)
    return CapacityError(
        f"the network's activations need {needed} places a tile, {worst.name} alone {worst.size};"
        f" the fabric {spec.name!r} has {spec.bank_b_depth}:"
        f" {way_out(needed, 'bank_b_depth', spec)}"
    )
