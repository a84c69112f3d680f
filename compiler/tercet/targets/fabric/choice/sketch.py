"""A smaller network for the search: the first of several pieces that are alike stands for all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Sketch:
    """The steps that stand for others, and for how many each."""

    network: Network
    times: Mapping[Step, int]
    families: tuple[tuple[Step, ...], ...]
    """The pieces of each whole step, which share one grid; in the order of the steps."""

    def of(self, step: Step) -> Step:
        """The whole step that a step is a piece of."""
        return whole_of(step, self.network)

    def of_all(self, found: Mapping[Step, T], network: Network) -> dict[Step, T]:
        """What is known of the sketch's steps, for every step of the network."""
        return {step: found[network.like(step)] for step in network.steps}


def whole_of(step: Step, network: Network) -> Step:
    """The whole step that a step of the network is a piece of, or the step itself."""
    return network.pieces[step].of if step in network.pieces else step


def sketched(network: Network) -> Sketch:
    """The sketch of a network."""
    times = Counter(network.like(step) for step in network.steps)
    families: dict[Step, list[Step]] = {}
    for step in times:
        families.setdefault(whole_of(step, network), []).append(step)
    return Sketch(replace(network, steps=tuple(times)), times, tuple(map(tuple, families.values())))


def parts_of(network: Network) -> list[Network]:
    """Groups of steps whose tensors meet in bank B; groups exchange tensors only through memory."""
    groups: dict[Tensor, int] = {}
    found: list[list[Step]] = []
    for step in network.steps:
        near = {network.whole(x) for x in (*step.operands, step.result)}
        met = sorted({groups[x] for x in near if x in groups})
        home = met[0] if met else len(found)
        if not met:
            found.append([])
        for other in met[1:]:
            found[home] += found[other]
            found[other] = []
        moved = {x: home for x, n in groups.items() if n in met[1:]}
        groups |= moved | dict.fromkeys(near, home)
        found[home].append(step)
    number = {step: n for n, step in enumerate(network.steps)}
    ordered = (sorted(part, key=number.__getitem__) for part in found if part)
    return [replace(network, steps=tuple(part)) for part in ordered]
