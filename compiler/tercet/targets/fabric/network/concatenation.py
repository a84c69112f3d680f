"""Concatenations without copies: the parts are written into the place of the whole.

A tensor that is copied as a whole into channels of a larger one lies inside the larger one from
the start, and the copy goes. Its makers and readers then address the larger tensor. A part that
can't lie there is still copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tercet.targets.fabric.network.network import Inside, Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class _Copy:
    """A step that copies a whole tensor into the channels of another from `first` on."""

    step: Step
    first: int

    @property
    def source(self) -> Tensor:
        return self.step.operands[0]


def joined(network: Network) -> Network:
    """The network without the copies that can be avoided; the largest tensors are tried first."""
    makers = _makers(network)
    fixed = {*network.inputs, *network.outputs}
    read = {x for step in network.steps for x in step.operands}
    wholes = {
        tensor: copies
        for tensor, steps in makers.items()
        if tensor in read and tensor not in fixed  # a tensor without reader has no layout
        for copies in [[_copy_of(step, makers, fixed) for step in steps]]
        if any(copies)
    }
    inside: dict[Tensor, Inside] = {}
    gone: set[Step] = set()
    for tensor in sorted(wholes, key=lambda tensor: -tensor.channels):
        copies = [copy for copy in wholes[tensor] if copy is not None]
        there = _there(tensor, copies, inside) if len(copies) == len(wholes[tensor]) else None
        if there is not None:
            inside[tensor] = there
            gone |= {copy.step for copy in copies}
            continue
        for copy in copies:
            if copy.source not in inside and copy.source not in wholes:
                inside[copy.source] = Inside(tensor, copy.first)
                gone.add(copy.step)
    steps = tuple(step for step in network.steps if step not in gone)
    left = replace(network, steps=steps)
    return replace(left, inside=_spared(inside, _makers(left), steps))


def _makers(network: Network) -> dict[Tensor, list[Step]]:
    """The steps that make each tensor."""
    found: dict[Tensor, list[Step]] = {}
    for step in network.steps:
        found.setdefault(step.result, []).append(step)
    return found


def _copy_of(step: Step, makers: Mapping[Tensor, list[Step]], fixed: set[Tensor]) -> _Copy | None:
    """The step as a copy; None if it is not one, or if its source can't lie inside the result."""
    first = step.copied_to
    if first is None:
        return None
    x, result = step.operands[0], step.result
    alike = (x.height, x.width, x.element, x.zero_point) == (
        result.height,
        result.width,
        result.element,
        result.zero_point,
    )
    return _Copy(step, first) if alike and x in makers and x not in fixed else None


def _there(tensor: Tensor, copies: list[_Copy], inside: Mapping[Tensor, Inside]) -> Inside | None:
    """The place in another tensor where all parts of `tensor` lie in order; None if none."""
    places = [inside.get(copy.source) for copy in copies]
    found = {
        (place.whole, place.first - copy.first)
        for place, copy in zip(places, copies, strict=True)
        if place is not None
    }
    if len(found) != 1 or None in places:
        return None
    ((whole, first),) = found
    return Inside(whole, first)


def _spared(
    inside: Mapping[Tensor, Inside], makers: Mapping[Tensor, list[Step]], steps: tuple[Step, ...]
) -> dict[Tensor, Inside]:
    """`inside` with rooms: each part may also write later channels that later steps overwrite."""
    number = {step: n for n, step in enumerate(steps)}
    found = {}
    for part, place in inside.items():
        last = max((number[step] for step in makers.get(part, ())), default=-1)
        early = [
            first
            for first, begun in _begun(place.whole, inside, makers, number)
            if begun <= last and first > place.first
        ]
        behind = min(early, default=place.whole.channels)
        found[part] = replace(place, room=behind - place.first)
    return found


def _begun(
    whole: Tensor,
    inside: Mapping[Tensor, Inside],
    makers: Mapping[Tensor, list[Step]],
    number: Mapping[Step, int],
) -> list[tuple[int, int]]:
    """First channel and first step of everything that is written into a tensor."""
    found = [
        (place.first, min(number[step] for step in makers[part]))
        for part, place in inside.items()
        if place.whole is whole and part in makers
    ]
    return found + [(step.first_channel, number[step]) for step in makers.get(whole, ())]
