"""Which layout every tensor has, given the grid of every step; copies where readers disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from tercet.fabric.spec import BUS_BYTES
from tercet.ir.types import IntArray
from tercet.plan import depthwise, mac, vector
from tercet.plan.code import Made, spans_of
from tercet.plan.grid import Grid, up
from tercet.plan.layout import IncompatibleError, Layout, lay_out
from tercet.plan.steps import (
    Depthwise,
    Greatest,
    Mac,
    Network,
    Step,
    Tensor,
    Thresholds,
    Vector,
)

FAR = 1 << 40
"""Beyond every sum."""


@dataclass(frozen=True)
class Wish:
    """How a step wants to read an operand."""

    grid: Grid
    planar: bool
    spans: tuple[tuple[int, int], ...]
    even: bool = True
    """Slices are alike; else they hold whole groups of whoever writes, the last ones less."""


@dataclass(frozen=True, eq=False)
class Assigned:
    """A network whose every tensor has one layout that all its readers accept."""

    network: Network
    grids: tuple[Grid, ...]
    """Of every step, in order."""
    wishes: Mapping[Tensor, Wish]
    """Of every tensor that is read from bank B."""


def operands_of(step: Step) -> tuple[Tensor, ...]:
    return step.operands if isinstance(step, Vector) else (step.x,)


def normal(network: Network) -> Network:
    """Thresholds that count to zero, of values as repeated items; outputs that one step writes."""
    steps = [_repeated(_from_zero(step)) for step in network.steps]
    made = {step.result: step for step in steps}
    read = {x for step in steps for x in operands_of(step)}
    outputs = []
    for tensor in network.outputs:
        if tensor in made and tensor not in read and tensor not in outputs:
            outputs.append(tensor)
        else:
            twin = replace(tensor)
            steps.append(copy_of(tensor, twin))
            outputs.append(twin)
    orders = network.output_orders or tuple(x.order for x in network.outputs)
    return Network(network.inputs, tuple(steps), tuple(outputs), orders)


def _from_zero(step: Step) -> Step:
    """With thresholds that all sums reach, or none, until zero is among the results.

    For channels that there are not, whose place in bank B has to be zero.
    """
    closing, zero = step.closing, step.result.zero_point
    if not isinstance(closing, Thresholds):
        return step
    below = max(0, closing.low - zero)
    above = max(0, zero - closing.low - closing.steps.shape[1])
    steps = np.pad(closing.steps, ((0, 0), (below, above)), constant_values=((0, 0), (-FAR, FAR)))
    return replace(step, closing=Thresholds(steps, closing.low - below))


def _repeated(step: Step) -> Step:
    if isinstance(step, Vector) and isinstance(step.closing, Thresholds):
        times = step.closing.steps.shape[1]
        return replace(step, items=np.repeat(step.items, times, axis=1))
    return step


def copy_of(source: Tensor, twin: Tensor) -> Vector:
    """A step that copies a tensor."""
    positions = np.arange(source.positions)
    return Vector(
        name=f"copy of {source.name}",
        operands=(source,),
        items=np.stack([0 * positions, positions], 1)[:, None],
        channels=np.arange(source.channels)[None],
        closing=Greatest(),
        product=False,
        result=twin,
    )


def assign(network: Network, grids: Mapping[Step, Grid], lanes: int) -> Assigned:
    """Layouts for steps on `grids`; a vector whose operand another step lays out follows it.

    Raises IncompatibleError.
    """
    steps: list[Step] = []
    chosen: list[Grid] = []
    wishes: dict[Tensor, Wish] = {}
    readers: dict[Tensor, list[Step]] = {}
    for step in network.steps:
        for x in operands_of(step):
            readers.setdefault(network.whole(x), []).append(step)
    for step in network.steps:
        grid = _grid_of(step, grids, readers, wishes, network)
        if step.result in network.stored:
            wishes[step.result] = _own(step, grid, lanes)
        operands = []
        for i, operand in enumerate(operands_of(step)):
            wish, x = _wish(step, grid, i, lanes), network.whole(operand)
            if x in network.loaded:
                wish = _from_memory(wish)
            if x not in wishes:
                alone = x in network.loaded
                wishes[x] = wish if alone else _united(x, wish, readers[x], grids, lanes, network)
            have = wishes[x]
            fits = have.grid == wish.grid and have.planar == wish.planar
            if fits or (have.grid == wish.grid and _takes_any(step)):
                if not _covers(have, wish):
                    raise IncompatibleError(f"{x.name} is read more widely later")
                operands.append(operand)
                continue
            twin = replace(operand)
            steps.append(copy_of(operand, twin))
            chosen.append(have.grid)
            wishes[x] = _also(have, _wish(steps[-1], have.grid, 0, lanes), x in network.stored)
            wishes[twin] = wish
            operands.append(twin)
        steps.append(_reading(step, tuple(operands)))
        chosen.append(grid)
    wishes |= {x: wishes[place.whole] for x, place in network.inside.items()}
    return Assigned(replace(network, steps=tuple(steps)), tuple(chosen), wishes)


def _also(have: Wish, copy: Wish, fixed: bool) -> Wish:
    """The wish of a tensor that a copy reads besides; what is `fixed` holds what it makes."""
    if fixed and not _covers(have, copy):
        raise IncompatibleError("a copy reads what other bands make")
    return replace(have, spans=_union(have.spans, copy.spans), even=True)


def _takes_any(step: Step) -> bool:
    return isinstance(step, Vector) and len(step.operands) == 1


def _reading(step: Step, operands: tuple[Tensor, ...]) -> Step:
    if operands == operands_of(step):
        return step
    if isinstance(step, Vector):
        return replace(step, operands=operands)
    return replace(step, x=operands[0])


def _grid_of(
    step: Step,
    grids: Mapping[Step, Grid],
    readers: Mapping[Tensor, list[Step]],
    wishes: Mapping[Tensor, Wish],
    network: Network,
) -> Grid:
    """The grid of a step; a vector's is that of an operand which somebody else lays out."""
    if isinstance(step, Vector):
        for x in map(network.whole, step.operands):
            if x in wishes:
                return wishes[x].grid
            others = [r for r in readers[x] if not isinstance(r, Vector)]
            if others:
                return grids[others[0]]
    return grids[step]


def _wish(step: Step, grid: Grid, operand: int, lanes: int) -> Wish:
    if isinstance(step, Mac):
        return Wish(grid, False, _tuples(mac.spans(step, grid)), even=step.groups > 1)
    if isinstance(step, Depthwise):
        return Wish(grid, True, _tuples(depthwise.spans(step, grid, lanes)))
    return Wish(grid, False, _tuples(vector.spans(step, grid, operand)))


def _from_memory(wish: Wish) -> Wish:
    """Memory holds whole positions, one after the other."""
    if wish.grid.slices > 1:
        raise IncompatibleError("what comes from memory is not cut in slices")
    return replace(wish, planar=False)


def _own(step: Step, grid: Grid, lanes: int) -> Wish:
    """What goes to memory: each band holds what it makes."""
    if isinstance(step, Depthwise):
        spans = depthwise.own_spans(step, grid, lanes)
    else:
        turns = mac.turns_of(step, grid) if isinstance(step, Mac) else vector.turns_of(step, grid)
        spans = spans_of(turns)
    return Wish(Grid(grid.bands, grid.tiles // grid.bands, 1), False, _tuples(spans))


def _tuples(spans: IntArray) -> tuple[tuple[int, int], ...]:
    return tuple((int(a), int(b)) for a, b in spans)


def _united(
    x: Tensor,
    wish: Wish,
    readers: list[Step],
    grids: Mapping[Step, Grid],
    lanes: int,
    network: Network,
) -> Wish:
    """The wish of the reader that lays x out, widened to all who can read it there."""
    fixed = [r for r in readers if not isinstance(r, Vector)]
    if any(place.whole is x for place in network.inside.values()):  # of parts, no slices
        fixed = [r for r in fixed if grids[r].slices == 1]
        if not fixed and wish.grid.slices > 1:
            raise IncompatibleError(f"{x.name} is written part by part, and read in slices")
    lead = _wish(fixed[0], grids[fixed[0]], 0, lanes) if fixed else wish
    found = [lead]
    for reader in readers:
        for i, operand in enumerate(operands_of(reader)):
            if network.whole(operand) is not x:
                continue
            grid = lead.grid if isinstance(reader, Vector) else grids[reader]
            other = _wish(reader, grid, i, lanes)
            if other.grid == lead.grid and (other.planar == lead.planar or _takes_any(reader)):
                found.append(other)
    spans = reduce(_union, (w.spans for w in found))
    return replace(lead, spans=spans, even=any(w.even for w in found))


def _union(
    a: tuple[tuple[int, int], ...], b: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    return tuple(
        q if p[0] == p[1] else p if q[0] == q[1] else (min(p[0], q[0]), max(p[1], q[1]))
        for p, q in zip(a, b, strict=True)
    )


def _covers(have: Wish, wish: Wish) -> bool:
    return _union(have.spans, wish.spans) == have.spans


def memory_pitch(tensor: Tensor) -> int:
    """Bytes of a position in memory: whole beats."""
    return up(tensor.channels, BUS_BYTES)


def layout_of(tensor: Tensor, wish: Wish, made: Made | None, *, memory: bool = False) -> Layout:
    """The layout of a tensor that is loaded (None), or written by a step that makes it so.

    With `memory`, as it lies there. Raises IncompatibleError.
    """
    groups = made.groups if made is not None and _interleaved(made) else 1
    if wish.grid.slices > 1 and made is not None and _parted(tensor, wish, made, groups):
        raise IncompatibleError(f"{groups} groups of a lane lie in several slices")
    layout = lay_out(tensor, wish.grid, np.array(wish.spans), planar=wish.planar, groups=groups)
    if wish.grid.slices > 1:
        return layout
    room = 0 if made is None else made.room
    if memory and room > memory_pitch(tensor):
        raise IncompatibleError(f"{room} channels in {memory_pitch(tensor)} bytes of memory")
    pitch = memory_pitch(tensor) if memory else max(layout.pitch, room)
    return replace(layout, pitch=pitch)


def _parted(tensor: Tensor, wish: Wish, made: Made, groups: int) -> bool:
    """Whether a lane's groups lie in several slices, or slices are not alike that must be."""
    first = made.channels[:, 0]
    odd = wish.even and -(-tensor.channels // wish.grid.slices) % groups > 0
    return odd or bool((first[first >= 0] % groups).any())


def _interleaved(made: Made) -> bool:
    """Whether neighbouring channels lie in different groups of one lane."""
    first = made.channels[0]
    return made.by_lane and made.groups > 1 and int(first[1, 0] - first[0, 0]) == 1
