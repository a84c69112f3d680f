"""The schedule of a network's shapes: their EXECs in order, with places in all banks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tercet.targets.fabric.choice.stager import Stager
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.placement.batch import Batch, rooms, turns_in_c
from tercet.targets.fabric.placement.needs import needs_of, placed, with_waits
from tercet.targets.fabric.placement.units import Unit, all_fit, units_of
from tercet.targets.fabric.program.length import require_wide
from tercet.targets.fabric.program.schedule import Schedule, in_bank_c
from tercet.targets.fabric.program.transfers import Export, exports_of, staging
from tercet.targets.fabric.stages.early_start import early
from tercet.targets.fabric.stages.stage import Shape, Stage
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Tiled:
    """A schedule, with the layouts in bank B and the outputs' places in bank C."""

    schedule: Schedule
    layouts: Mapping[Tensor, Layout]
    first: tuple[int, ...]
    """The first EXEC of each stage."""
    words: int
    """Words of bank C for the outputs of one input."""
    turns: int
    """Places of the outputs in bank C, which inputs take in turn."""


def tiled(
    network: Network, shapes: Sequence[Shape], stager: Stager, batch: int, parts: int
) -> Tiled:
    """The schedule of `shapes`: EXECs, addresses in the banks, and waits; nothing of memory.

    A streamed weight takes at most 1 / `parts` of bank A.

    Raises CapacityError.
    """
    spec = stager.spec
    stages = tuple(map(stager.staged, shapes))
    if all_fit(stages, spec):
        shapes = [_quicker(stage, stager) for stage in stages]
        stages = tuple(map(stager.staged, shapes))
    stages = early(stages, network)
    outs, words = in_bank_c(stages, spec)
    turns = turns_in_c(words, batch, exports=bool(network.stored), spec=spec)
    buffers = staging(turns * words, spec) if network.stored else (turns * words, 0)
    acts, first, last = _acts(network, stages, buffers[1], parts, spec)
    exports = [act for act in acts if isinstance(act, Export)]
    require_wide(exports, len(acts) - len(exports), batch, turns * words, spec)
    found = rooms(shapes, last, first, network.inputs, batch, spec)
    stages = early(list(map(stager.staged, found.shapes)), network)
    acts, _, _ = _acts(network, stages, buffers[1], parts, spec)
    needs = with_waits(placed(needs_of(stages, acts, spec), spec))
    times = Batch(batch, len(acts))
    schedule = Schedule(spec, stages, _layers(stages), acts, needs, outs, buffers, times, found)
    layouts = {layout.tensor: layout for shape in found.shapes for layout in shape.reads}
    return Tiled(schedule, layouts, first, words, turns)


def _quicker(stage: Stage, stager: Stager) -> Shape:
    """The shape of a stage, with lanes turned from band to band if that takes fewer cycles."""
    other = stager.turned(stage.shape)
    if other is stage.shape:
        return other
    plain, again = (stager.cost(s) for s in (stage, stager.staged(other)))
    return other if again < plain else stage.shape


def _acts(
    network: Network, stages: Sequence[Stage], words: int, parts: int, spec: FabricSpec
) -> tuple[tuple[Unit | Export, ...], tuple[int, ...], tuple[int, ...]]:
    """The units and exports of every stage; the first and the last EXEC of each stage."""
    found: list[Unit | Export] = []
    first, last = list[int](), list[int]()
    units = units_of(stages, spec, parts)
    for n, (stage, mine) in enumerate(zip(stages, units, strict=True)):
        first.append(len(found))
        found += mine
        result = stage.shape.step.result
        if result in network.stored:
            found += exports_of(n, stage, network.stored[result], words)
        last.append(len(found) - 1)
    return tuple(found), tuple(first), tuple(last)


def _layers(stages: Sequence[Stage]) -> tuple[int, ...]:
    """The number of each stage's layer: pieces of one step are one layer."""
    known: dict[tuple[str, str], int] = {}
    return tuple(
        known.setdefault((stage.name, stage.shape.step.result.name), len(known)) for stage in stages
    )
