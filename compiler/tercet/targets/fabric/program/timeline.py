"""Estimated cycles of a program, from three engines that run their frames in order, with waits.

The fetch of frames and the competition of the engines for the bus are left out.
"""

from collections.abc import Hashable, Mapping, Sequence

from tercet.targets.fabric.choice.cost import sampled
from tercet.targets.fabric.format.frame import Bank, Exec, Frame, Load, Store
from tercet.targets.fabric.format.spec import BUS_BYTES, FabricSpec
from tercet.targets.fabric.network.density import USUAL, densities_of
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.program.schedule import Schedule
from tercet.targets.fabric.program.transfers import Export
from tercet.targets.fabric.timing.time import EXPORT

BURST = 2048
"""Bytes of a burst on the memory bus."""
LATENCY = 12
"""Cycles between a burst's address and its first beat."""


def timeline(frames: Sequence[Frame], execs: Sequence[float], spec: FabricSpec) -> float:
    """Cycles from the start of the first frame to the end of the last.

    `execs` are the cycles of the EXECs of one input, in their order.
    """
    ends: Mapping[type[Frame], list[float]] = {Load: [0.0], Exec: [0.0], Store: [0.0]}
    for frame in frames:
        mine = ends[type(frame)]
        waits = (
            ends[Load][frame.wait_load],
            ends[Exec][frame.wait_exec],
            ends[Store][frame.wait_store],
        )
        if isinstance(frame, Load | Store):
            busy = _moved(frame, spec)
        else:
            busy = execs[(len(mine) - 1) % len(execs)]
        mine.append(max(mine[-1], *waits) + 1 + busy)
    return max(found[-1] for found in ends.values())


def _moved(frame: Load | Store, spec: FabricSpec) -> float:
    """Cycles of a LOAD or STORE; a weight column takes at least one."""
    size = frame.beats * BUS_BYTES
    slow = isinstance(frame, Load) and frame.bank == Bank.WEIGHTS
    beat = max(1.0, BUS_BYTES / spec.column_bytes) if slow else 1.0
    return frame.beats * beat + LATENCY * -(-(frame.address % BURST + size) // BURST)


def execs_of(schedule: Schedule, network: Network, most: int) -> tuple[float, ...]:
    """Cycles of the EXECs of one input, by the cycle model, on random activations.

    It runs about `most` cycles of each at most; pieces that are alike run once.
    """
    densities, found = densities_of(network), list[float]()
    known: dict[Hashable, float] = {}
    for act in schedule.acts:
        if isinstance(act, Export):
            found.append(act.words + EXPORT)
            continue
        stage = schedule.stages[act.stage]
        density = densities.get(stage.shape.step.operands[0].name, USUAL)
        key = stage.walk, stage.routes, stage.code.act_base, act.groups, act.half
        if key not in known:
            known[key] = sampled(stage, act.groups, schedule.spec, density, most, act.half)
        found.append(known[key])
    return tuple(found)
