"""Spill tensors to memory, and cut steps into pieces, until the network fits bank B."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tercet.errors import CapacityError
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.search import Choice, starts
from tercet.targets.fabric.choice.sketch import whole_of
from tercet.targets.fabric.choice.spill import Spill, Spiller
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD, FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.placement.activations import spans_in_b, too_small
from tercet.targets.fabric.placement.arena import Item, held, place
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.stages.assign import Assigned, assign, memory_pitch
from tercet.targets.fabric.stages.shaping import Shaper, shape_all
from tercet.targets.fabric.stages.stage import Shape, is_wide, result_bytes
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError
from tercet.targets.fabric.tiles.tensor import Tensor

MOST_PIECES = 1 << 12
"""Pieces of one step at most; more make the program longer than allowed."""

Chooser = Callable[[Network, FabricSpec, Asked], Sequence[Choice]]
"""Candidates with a grid for every step; the planner takes the one with the fewest cycles."""
Found = tuple[Network, tuple[Shape, ...]]


def fitted(
    network: Network, spec: FabricSpec, chooser: Chooser, asked: Asked = USUAL
) -> tuple[Sequence[Found], Sequence[Found]]:
    """Networks with shapes that fit bank B: on the chosen grids, then on fallback grids.

    The fallback grids are starts of the search. Until one of them fits, more tensors are spilled
    and more steps are cut into pieces. Raises CapacityError.
    """
    spill, spiller, shaper = _outputs(network, spec), Spiller(network), Shaper(spec)
    while True:
        sketch = spiller.spilled(spill, sketch=True)
        tried = (
            (grids, found)
            for grids in starts(sketch.steps, spec)
            for found in [_tried(sketch, grids, shaper)]
            if found is not None
        )
        safe = sorted(tried, key=lambda pair: max(pair[1].held))
        if not safe:
            raise CapacityError(
                f"no grids of the fabric {spec.name!r} are compatible for all steps: choose one"
                f" with fewer tiles, such as --fabric {spec.name},T={max(1, spec.tiles // 2)}"
            )
        if safe[0][1].fits(spec):
            pieces = spiller.spilled(spill)
            choices = [choice.grids for choice in chooser(pieces, spec, asked)]
            safes = [
                {step: grids[pieces.like(step)] for step in pieces.steps}
                for grids, found in safe
                if found.fits(spec)
            ]
            return (
                _that_fit(pieces, choices, shaper),
                _that_fit(pieces, safes, shaper),
            )
        asked.tell(f"spill to memory: {len(spill.tensors)} tensors so far")
        spill = _more(spill, safe[0][1], network, spec)


def _that_fit(
    pieces: Network, choices: Sequence[Mapping[Step, Grid]], shaper: Shaper
) -> list[Found]:
    found = [_tried(pieces, grids, shaper) for grids in choices]
    return [
        (each.assigned.network, each.shapes)
        for each in found
        if each is not None and each.fits(shaper.spec)
    ]


def _outputs(network: Network, spec: FabricSpec) -> Spill:
    """The outputs to spill, the largest first, until bank C holds the others.

    Raises CapacityError if bank C is too small for sums, which can't be spilled.
    """
    makers = {step.result: step for step in network.steps if step.result in network.outputs}
    words = {
        x: -(-x.positions * x.channels * result_bytes(s) // BUS_BYTES) for x, s in makers.items()
    }
    left, found = sum(words.values()), list[Tensor]()
    if left <= spec.out_depth:
        return Spill()
    wide = {x: words[x] for x, step in makers.items() if is_wide(step)}
    if sum(wide.values()) > spec.out_depth:
        worst, needed = max(wide, key=wide.__getitem__), sum(wide.values())
        raise CapacityError(
            f"its sums leave the network in 32 bits, which takes {needed} 64-bit words "
            f"of bank C at once; the fabric {spec.name!r} has {spec.out_depth}",
            layer=makers[worst].name,
            way_out=way_out(needed, "out_depth", spec),
        )
    can_go = [x for x, step in makers.items() if _can_wait(step)]
    for x in sorted(can_go, key=words.__getitem__, reverse=True):
        if left > spec.out_depth // 2:  # the other half buffers activations on their way to memory
            found.append(x)
            left -= words[x]
    return Spill(frozenset(found))


def _can_wait(step: Step) -> bool:
    """Whether its result can be spilled, and made piece by piece."""
    return step.whole and not is_wide(step)


@dataclass(frozen=True, eq=False)
class _Tried:
    """A network on given grids, and how long each of its tensors lives in bank B."""

    assigned: Assigned
    shapes: tuple[Shape, ...]
    spans: Mapping[Tensor, Item]

    @property
    def items(self) -> list[Item]:
        return list(self.spans.values())

    @cached_property
    def held(self) -> list[int]:
        """Activations that a tile must hold during each step."""
        room, now, found = held(self.items), 0, []
        for n in range(len(self.shapes)):
            now = room.get(n, now)
            found.append(now)
        return found

    def fits(self, spec: FabricSpec) -> bool:
        """Whether bank B is large enough for every step."""
        return not isinstance(place(self.items, spec.bank_b_depth, WORD), int)


def _tried(network: Network, grids: Mapping[Step, Grid], shaper: Shaper) -> _Tried | None:
    try:
        assigned = assign(network, grids, shaper.spec.lanes)
        shapes = shape_all(assigned, shaper.spec, shaper)
    except IncompatibleError:
        return None
    each = range(len(shapes))
    spans = spans_in_b(shapes, each, each, 0)
    return _Tried(assigned, shapes, {layout.tensor: item for layout, item in spans.items()})


def _more(spill: Spill, tried: _Tried, network: Network, spec: FabricSpec) -> Spill:
    """`spill` with more tensors or finer pieces, to relieve the step that holds the most.

    Tensors that only wait during this step are spilled first, then those that it reads and makes.
    If that is done, this step, and any other that can't be relieved, is cut into finer pieces.
    """
    if network.inside:  # the caller tries copies instead, which can be spilled
        raise too_small(tried.items, max(tried.held), spec)
    known = {*network.inputs, *(s.result for s in network.steps if _can_wait(s))}
    finer: dict[Step, int] = {}
    for n in sorted(range(len(tried.shapes)), key=lambda n: -tried.held[n]):
        tensors, step = _relief(spill, tried, n, known)
        if tensors and not finer:
            return spill.more(tensors)
        if finer and tried.held[n] <= spec.bank_b_depth:
            break
        if not tensors and _can_be_finer(step, spill):
            _require_room(step, spill, spec)
            halves = max(1, -(-tried.held[n] // spec.bank_b_depth) - 1).bit_length()
            finer[step] = max(finer.get(step, 1), 1 << halves)
    if finer:
        return spill.finer(finer)
    needed = place(tried.items, spec.bank_b_depth, WORD)
    assert isinstance(needed, int)
    raise too_small(tried.items, needed, spec)


def _relief(
    spill: Spill, tried: _Tried, n: int, known: set[Tensor]
) -> tuple[frozenset[Tensor], Step]:
    """Tensors that can be spilled to relieve step n, and the whole step that n is a piece of."""
    shape, (origin, _) = tried.shapes[n], tried.assigned.origins[n]
    step = whole_of(origin, tried.assigned.network)
    own = {layout.tensor for layout in shape.reads} | {shape.step.result}
    waiting = [x for x, i in tried.spans.items() if i.begin <= n <= i.end and x not in own]
    waiting = [x for x in waiting if x in known and x not in spill.tensors]
    if waiting:
        return frozenset({max(waiting, key=lambda x: tried.spans[x].size)}), step
    near = frozenset({*step.operands, step.result} & known)
    return near - spill.tensors, step


def _require_room(step: Step, spill: Spill, spec: FabricSpec) -> None:
    """Raise CapacityError if bank B has no room for one window of the step."""
    brought = [memory_pitch(x) for x in step.operands if x in spill.tensors]
    needed = max(brought, default=0) * step.least_read if len(step.operands) == 1 else 0
    if needed > spec.bank_b_depth:
        raise CapacityError(
            f"one window of it takes {needed} activations of a tile; the fabric {spec.name!r} "
            f"has {spec.bank_b_depth}",
            layer=step.name,
            way_out=way_out(needed, "bank_b_depth", spec),
        )


def _can_be_finer(step: Step, spill: Spill) -> bool:
    return _can_wait(step) and spill.count(step) < min(step.result.positions, MOST_PIECES)
