"""Addresses of layouts in bank B, from how long each lives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tercet.errors import CapacityError
from tercet.targets.fabric.format.spec import WORD, FabricSpec
from tercet.targets.fabric.placement.arena import Item, held, place
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.stages.stage import Shape
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


def spans_in_b(
    shapes: Sequence[Shape], last: Sequence[int], first: Sequence[int], ahead: int
) -> dict[Layout, Item]:
    """How long each layout lives, in EXECs; shape n runs from first[n] to last[n].

    A loaded tensor may arrive `ahead` EXECs before its first reader.
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
    """Shapes with addresses, and how long each layout lives. Raises CapacityError."""
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
    """Shapes with these addresses in their layouts."""
    return tuple(
        replace(
            shape,
            reads=tuple(layout.at(bases[layout.whole.tensor]) for layout in shape.reads),
            writes=shape.writes and shape.writes.at(bases[shape.writes.whole.tensor]),
        )
        for shape in shapes
    )


def too_small(items: Sequence[Item], needed: int, spec: FabricSpec) -> CapacityError:
    """The error for activations that do not fit bank B."""
    worst = max(items, key=lambda item: item.size)
    return CapacityError(
        f"the network's activations need {needed} places a tile, {worst.name} alone "
        f"{worst.size}; the fabric {spec.name!r} has {spec.bank_b_depth}",
        way_out=way_out(needed, "bank_b_depth", spec),
    )
