"""Every telemetry register after a program, from the events that the cycle model counted.

A counter sums its `source` in the RDL; the model has a total for each source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format import counters
from tercet.targets.fabric.format.records import COUNTS
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.timing import ExecTime
from tercet_golden.cycles.execute import Heard


@dataclass(frozen=True)
class Events:
    """The totals of a program by the source of the counters."""

    fabric: Mapping[str, int]
    tile: Mapping[str, IntArray]
    """The totals of each tile [T]."""
    lane: Mapping[str, IntArray]
    """The totals of each lane [T, L]."""


def events_of(
    spec: FabricSpec, cycles: int, bus: Any, times: Sequence[ExecTime], heard: Sequence[Heard]
) -> Events:
    """The totals of a program that took `cycles`, from the state of its bus and its EXEC frames."""
    exec_cycles = int(bus["exec_cycles"])
    fabric = {
        "running": cycles,
        "exec": exec_cycles,
        "load_beat": int(bus["moved_in"]),
        "store_beat": int(bus["moved_out"]),
        "stall": int(bus["stalls"]),
        "finished": int(bus["frames"]),
        "drained": sum(time.passes for time in times),
    }
    none = np.zeros(spec.tiles, np.int64)
    tile = {name: sum((getattr(time, name) for time in times), none) for name in COUNTS}
    tile["idle"] = exec_cycles - tile["issued"]
    return Events(fabric, tile, _lanes(spec, tile["columns"], heard))


def _lanes(spec: FabricSpec, columns: IntArray, heard: Sequence[Heard]) -> dict[str, IntArray]:
    """The totals of each lane; none below TELEMETRY = 2, where lanes are not counted."""
    if spec.telemetry < 2:
        return {}
    active = sum((h.active for h in heard), np.zeros((spec.tiles, spec.lanes), np.int64))
    return {"active": active, "columns - active": columns[:, None] - active}


def registers(spec: FabricSpec, events: Events) -> dict[str, int]:
    """Every counter of a configuration by name."""
    found = dict[str, int]()
    if spec.telemetry >= 1:
        for counter in counters.FABRIC:
            found[counter.name] = events.fabric[counter.source]
        for counter in counters.TILE:
            for tile, count in enumerate(events.tile[counter.source]):
                found[counters.tile_name(tile, counter)] = int(count)
    if spec.telemetry >= 2:
        for counter in counters.LANE:
            for (tile, lane), count in np.ndenumerate(events.lane[counter.source]):
                found[counters.lane_name(tile, lane, counter)] = int(count)
    return found
