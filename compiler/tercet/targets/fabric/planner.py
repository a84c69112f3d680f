"""The plan of an integer graph: the candidate with the fewest cycles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CapacityError
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.bank_b import Chooser, Found, fitted
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.choice.stager import Stager
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.accumulator_width import check_width
from tercet.targets.fabric.network.channel_order import interleaved
from tercet.targets.fabric.network.concatenation import joined
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.placement.units import all_fit
from tercet.targets.fabric.program.assemble import assembled
from tercet.targets.fabric.program.exposed_values import heard_of
from tercet.targets.fabric.program.plan import Plan
from tercet.targets.fabric.program.tiled_schedule import Tiled, tiled
from tercet.targets.fabric.program.timeline import execs_of, timeline

PARTS = (2, 4)
"""Parts of bank A that a streamed weight may fill: 1 / 2 or 1 / 4; with small parts more stay."""


@dataclass(frozen=True)
class _Wanted:
    spec: FabricSpec
    names: tuple[str, ...]
    """Names of the outputs."""
    batch: int
    asked: Asked


@dataclass(frozen=True, eq=False)
class _Candidate:
    network: Network
    tiles: Tiled
    plan: Plan

    def cycles(self, most: int) -> float:
        """Cycles of one run, of which the cycle model runs at most `most` of each EXEC."""
        execs = execs_of(self.tiles.schedule, self.network, most)
        return timeline(self.plan.infer.frames, execs, self.plan.spec)

    def heard(self) -> Plan:
        """The plan with the values that its EXECs expose."""
        frames = self.plan.infer.frames
        return replace(self.plan, heard=heard_of(self.tiles.schedule, frames, self.network))


_Outcome = _Candidate | CapacityError


def make(
    module: ModuleOp,
    spec: FabricSpec,
    chooser: Chooser = choose,
    *,
    batch: int = 1,
    asked: Asked = USUAL,
) -> Plan:
    """The plan of a network for a fabric; one doorbell runs `batch` inputs.

    Raises UnsupportedError for a network that the fabric has no step for, CapacityError for one
    that does not fit.
    """
    assert batch >= 1
    network = normal(lower(module))
    for step in network.steps:
        check_width(step, spec)
    names = tuple(value_names(module)[value] for value in outputs_of(module))
    wanted = _Wanted(spec, names, batch, asked)
    outcomes = [found for way in _ways(network) for found in _outcomes(way, wanted, chooser)]
    found = [each for each in outcomes if isinstance(each, _Candidate)]
    if not found:
        raise next(each for each in outcomes if isinstance(each, CapacityError))
    most = asked.effort.cycles
    best = found[0] if len(found) == 1 else min(found, key=lambda each: each.cycles(most))
    return best.heard()


def _ways(network: Network) -> Iterator[Network]:
    """The network with concatenations as copies, and with their parts written in place."""
    yield network
    together = joined(network)
    if together.inside:
        yield together


def _outcomes(network: Network, wanted: _Wanted, chooser: Chooser) -> list[_Outcome]:
    """Candidates on the grids that the search chose; if none fits, on the fallback grids too."""
    try:
        chosen, safe = fitted(interleaved(network, wanted.spec), wanted.spec, chooser, wanted.asked)
    except CapacityError as error:
        return [error]
    found = [each for option in chosen for each in _planned(option, wanted)]
    if any(isinstance(each, _Candidate) for each in found):
        return found
    return found + [each for option in safe for each in _planned(option, wanted)]


def _planned(option: Found, wanted: _Wanted) -> Iterator[_Outcome]:
    """Candidates with streamed weights in large and in small parts."""
    network, shapes = option
    stager = Stager(wanted.spec, wanted.asked.effort.cycles)
    try:
        for parts in PARTS:
            wanted.asked.tell("tables and programs")
            tiles = tiled(network, shapes, stager, wanted.batch, parts)
            yield _Candidate(network, tiles, assembled(network, wanted.names, tiles))
            if all_fit(tiles.schedule.stages, wanted.spec):
                return
    except CapacityError as error:
        yield error
