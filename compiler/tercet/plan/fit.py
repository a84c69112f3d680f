"""Make a network fit bank B: what does not goes to memory, step by step."""

from collections.abc import Callable, Mapping, Sequence

from tercet.errors import CapacityError
from tercet.fabric.spec import BUS_BYTES, WORD, FabricSpec
from tercet.plan.arena import Item, place
from tercet.plan.assign import assign, operands_of
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError
from tercet.plan.search import Choice, starts
from tercet.plan.shaping import shape_all, spans_in_b, too_small
from tercet.plan.spill import Spill, can_be_cut, spilled
from tercet.plan.stage import Shape, is_wide, result_bytes
from tercet.plan.steps import Network, Step, Tensor

Chooser = Callable[[Network, FabricSpec], Sequence[Choice]]
"""Grids for all steps, of which the planner takes those with the fewest cycles."""
Found = tuple[Network, tuple[Shape, ...]]


def fitted(
    network: Network, spec: FabricSpec, chooser: Chooser
) -> tuple[Sequence[Found], Sequence[Found]]:
    """The network, in pieces where it must be, and its shapes: by each choice; else what is safe.

    Bank B holds all of them. Where none of the search's starts fits, something more goes to memory.
    Raises CapacityError.
    """
    spill = _outputs(network, spec)
    while True:
        pieces, whole = spilled(network, spill)
        tried = (_shapes(pieces, grids, spec) for grids in starts(pieces.steps, spec))
        safe = sorted((found for found in tried if found is not None), key=_most_held)
        if not safe:
            raise CapacityError(
                f"no grids of the fabric {spec.name!r} go together for all steps: choose one with"
                f" fewer tiles, such as --fabric {spec.name},T={max(1, spec.tiles // 2)}"
            )
        if fits(safe[0][1], spec):
            chosen = (_shapes(pieces, choice.grids, spec) for choice in chooser(pieces, spec))
            fit = [x for x in chosen if x is not None and fits(x[1], spec)]
            return fit, [x for x in safe if fits(x[1], spec)]
        spill = _more(spill, safe[0][1], whole, network, spec)


def _outputs(network: Network, spec: FabricSpec) -> Spill:
    """Outputs go to memory through bank B, the largest first, where bank C is too small for all."""
    makers = {step.result: step for step in network.steps if step.result in network.outputs}
    words = {
        x: -(-x.positions * x.channels * result_bytes(s) // BUS_BYTES) for x, s in makers.items()
    }
    left, found = sum(words.values()), list[Tensor]()
    if left <= spec.out_depth:
        return Spill()
    can_go = [x for x, step in makers.items() if _can_wait(step)]
    for x in sorted(can_go, key=words.__getitem__, reverse=True):
        if left > spec.out_depth // 2:  # the rest is for what is on its way
            found.append(x)
            left -= words[x]
    return Spill(frozenset(found))


def _can_wait(step: Step) -> bool:
    """Whether its result can lie in memory, and be made piece by piece."""
    return can_be_cut(step) and not is_wide(step)


def _shapes(network: Network, grids: Mapping[Step, Grid], spec: FabricSpec) -> Found | None:
    try:
        assigned = assign(network, grids, spec.lanes)
        return assigned.network, shape_all(assigned, spec)
    except IncompatibleError:
        return None


def fits(shapes: Sequence[Shape], spec: FabricSpec) -> bool:
    """Whether bank B holds what must be there at the same time."""
    return not isinstance(place(_items(shapes), spec.bank_b_depth, WORD), int)


def _most_held(found: Found) -> int:
    """Activations of a tile that must be there at the same time."""
    return max(_held(found[1]))


def _held(shapes: Sequence[Shape]) -> list[int]:
    """Activations of a tile that must be there during each step."""
    spans = _spans(shapes).values()
    return [sum(i.size for i in spans if i.begin <= n <= i.end) for n in range(len(shapes))]


def _items(shapes: Sequence[Shape]) -> list[Item]:
    return list(_spans(shapes).values())


def _spans(shapes: Sequence[Shape]) -> dict[Tensor, Item]:
    each = range(len(shapes))
    return {layout.tensor: item for layout, item in spans_in_b(shapes, each, each, 0).items()}


def _more(
    spill: Spill,
    shapes: Sequence[Shape],
    whole: Mapping[Step, Step],
    network: Network,
    spec: FabricSpec,
) -> Spill:
    """What to do about the step at which most is held: something that waits goes first."""
    spans, held = _spans(shapes), _held(shapes)
    if network.inside:  # then it is tried with copies, which can wait in memory
        raise too_small(_items(shapes), max(held), spec)
    whole_results = (s.result for s in network.steps if _can_wait(s))
    known = {*network.inputs, *whole_results}
    for n in sorted(range(len(shapes)), key=lambda n: -held[n]):
        shape = shapes[n]
        own = {layout.tensor for layout in shape.reads} | {shape.step.result}
        waiting = [x for x, i in spans.items() if i.begin <= n <= i.end and x not in own]
        waiting = [x for x in waiting if x in known and x not in spill.tensors]
        if waiting:
            return spill.more(frozenset({max(waiting, key=lambda x: spans[x].size)}), None)
        step = whole.get(shape.step)
        if step is None:
            continue
        near = frozenset({*operands_of(step), step.result} & known)
        if not near <= spill.tensors:
            return spill.more(near, None)
        if _can_wait(step) and spill.count(step) < step.result.positions:
            return spill.more(frozenset(), step)
    needed = place(_items(shapes), spec.bank_b_depth, WORD)
    assert isinstance(needed, int)
    raise too_small(_items(shapes), needed, spec)
