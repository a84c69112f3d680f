"""Places in bank B and C for a batch, which let the next input be loaded while one runs.

The EXECs of one input are repeated for each input. Waits count EXECs of the whole batch: EXEC e
of input i has the number i times the EXECs of one input, plus e.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tercet.targets.fabric.format.frame import Bank
from tercet.targets.fabric.format.spec import WORD, FabricSpec
from tercet.targets.fabric.placement.activations import at_bases, in_bank_b, spans_in_b
from tercet.targets.fabric.placement.arena import Item, place
from tercet.targets.fabric.placement.needs import Need, Uses
from tercet.targets.fabric.stages.stage import Shape
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True)
class Batch:
    """How many inputs, and the EXECs of each."""

    inputs: int
    acts: int

    def after(self, i: int, own: int, before: int, places: int = 1) -> int:
        """EXECs that must have finished before data of input i may overwrite its place.

        These are `own` EXECs of the same input, and `before` EXECs of the last input that had the
        same place: inputs take `places` in turn. 0 means none.
        """
        found = i * self.acts + own if own else 0
        if before and i >= places:
            found = max(found, (i - places) * self.acts + before)
        return found


@dataclass(frozen=True, eq=False)
class Rooms:
    """Shapes with addresses in bank B, and how long each tensor lives, in EXECs of one input."""

    shapes: tuple[Shape, ...]
    lives: Mapping[Tensor, Item]
    twins: Mapping[Tensor, int] = field(default_factory=dict)
    """Distance from the first to the second place of each input that has two."""

    def shift(self, shape: Shape, i: int) -> int:
        """Distance from the first place of a step's operand to its place for input i."""
        return i % 2 * self.twins.get(shape.reads[0].tensor, 0)


def rooms(
    shapes: Sequence[Shape],
    last: Sequence[int],
    first: Sequence[int],
    inputs: Collection[Tensor],
    batch: int,
    spec: FabricSpec,
) -> Rooms:
    """Addresses in bank B, for a batch of inputs.

    In a batch an input has two places if they fit; else one that nothing else uses; else one
    that it shares. Raises CapacityError.

    """
    spans = spans_in_b(shapes, last, first, 0)
    whole = {
        layout: replace(item, begin=0, end=last[-1]) if layout.tensor in inputs else item
        for layout, item in spans.items()
    }
    alone = [layout for layout in whole if layout.tensor in inputs and _alone(layout, shapes)]
    for twins in (alone, []) if batch > 1 else ():
        items = [*whole.values(), *(whole[layout] for layout in twins)]
        places = place(items, spec.bank_b_depth, WORD)
        if isinstance(places, int):
            continue
        bases = {layout.tensor: base for layout, base in zip(whole, places, strict=False)}
        second = zip(twins, places[len(whole) :], strict=True)
        return Rooms(
            at_bases(shapes, bases),
            {layout.tensor: item for layout, item in spans.items()},
            {layout.tensor: base - bases[layout.tensor] for layout, base in second},
        )
    return Rooms(*in_bank_b(shapes, last, first, spec))


def _alone(layout: Layout, shapes: Sequence[Shape]) -> bool:
    """Whether its readers have no other operand: an EXEC has one base for all its operands."""
    readers = [s.reads for s in shapes if any(r.tensor is layout.tensor for r in s.reads)]
    return all(read.tensor is layout.tensor for reads in readers for read in reads)


def used_until(needs: Sequence[Need]) -> Mapping[Need, int]:
    """EXECs of one input after which the place of each streamed need is free for the next input.

    0 if nothing else overwrites it, so that it is loaded only once.
    """
    used: dict[Bank, Uses] = {}
    for need in needs:
        used.setdefault(need.bank, Uses()).add(need)
    return {
        need: 0 if uses.alone(need) else uses.until(need)
        for need in needs
        for uses in [used[need.bank]]
    }


def turns_in_c(words: int, batch: int, *, exports: bool, spec: FabricSpec) -> int:
    """Places of the outputs in bank C, which inputs take in turn: two in a batch if they fit.

    Exports of activations keep half of bank C.
    """
    room = spec.out_depth // 2 if exports else spec.out_depth
    return 2 if batch > 1 and 2 * words <= room else 1
