"""From the integer graph to a plan: of some that are possible, the one with the fewest cycles."""

from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CapacityError
from tercet.fabric.spec import FabricSpec
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.plan.assemble import assembled
from tercet.plan.assign import normal
from tercet.plan.concat import joined
from tercet.plan.fit import Chooser, Found, fitted
from tercet.plan.interleave import interleaved
from tercet.plan.lower import lower
from tercet.plan.plan import Plan
from tercet.plan.search import choose
from tercet.plan.steps import Network
from tercet.plan.tiled import Tiled, tiled
from tercet.plan.timeline import execs_of, timeline
from tercet.plan.units import all_fit
from tercet.plan.width import check_width

PARTS = (2, 4)
"""Into how many bank A is parted for weights that come and go: of small parts more stay."""


@dataclass(frozen=True, eq=False)
class _Candidate:
    network: Network
    tiles: Tiled
    plan: Plan

    def cycles(self) -> float:
        execs = execs_of(self.tiles.schedule, self.network)
        return timeline(self.plan.infer.frames, execs, self.plan.spec)


def make(module: ModuleOp, spec: FabricSpec, chooser: Chooser = choose, *, batch: int = 1) -> Plan:
    """Plan a network for a fabric; `infer` runs `batch` inputs by one doorbell.

    Raises UnsupportedError for a network that the fabric has no step for, CapacityError for one
    that does not fit.
    """
    assert batch >= 1
    network = normal(lower(module))
    for step in network.steps:
        check_width(step, spec)
    names = [value_names(module)[value] for value in outputs_of(module)]
    refused = list[CapacityError]()
    found = [
        x for way in _ways(network) for x in _fitted(way, names, spec, chooser, batch, refused)
    ]
    if not found:
        raise refused[0]
    best = found[0] if len(found) == 1 else min(found, key=_Candidate.cycles)
    return best.plan


def _ways(network: Network) -> Iterator[Network]:
    """With copies, and with parts of a concatenation that lie together."""
    yield network
    together = joined(network)
    if together.inside:
        yield together


def _fitted(
    network: Network,
    names: list[str],
    spec: FabricSpec,
    chooser: Chooser,
    batch: int,
    refused: list[CapacityError],
) -> list[_Candidate]:
    """By what is chosen; if nothing of that fits bank A and the tables, by what is safe."""
    try:
        options = fitted(interleaved(network, spec), spec, chooser)
    except CapacityError as error:
        refused.append(error)
        return []
    for shapes in options:
        found = [x for each in shapes for x in _planned(each, names, spec, batch, refused)]
        if found:
            return found
    return []


def _planned(
    found: Found, names: list[str], spec: FabricSpec, batch: int, refused: list[CapacityError]
) -> Iterator[_Candidate]:
    """With what is streamed in parts of any size."""
    pieces, shapes = found
    try:
        for parts in PARTS:
            tiles = tiled(pieces, shapes, spec, batch, parts)
            yield _Candidate(pieces, tiles, assembled(pieces, names, tiles))
            if all_fit(tiles.schedule.stages, spec):
                return
    except CapacityError as error:
        refused.append(error)
