"""The drain in one cycle: its slot, lane and parameter entry, and when it moves on."""

from typing import Any

import numpy as np

from tercet.targets.fabric.timing.compiled import compiled
from tercet.targets.fabric.timing.tile import NOTHING, read

ROUTE = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("next", "stop", "wait", "stage"),  # the table, as in a tile
            *("slot", "again", "lane", "last", "entry"),  # slot register D
            *("values", "passes", "finish"),
        )
    ]
)


@compiled
def ready(route: Any, tiles: Any, used: Any, vector: bool) -> bool:
    """Whether a value can leave: all tiles of the mask have one, or the slot repeats the last."""
    if route.slot == NOTHING:
        return False
    if route.again:
        return True
    waiting = 0
    for t in used:
        waiting += int(tiles[t].held == 0 if vector else tiles[t].full == 0)
    return waiting == 0


@compiled
def move_on(route: Any, slots: Any) -> None:
    """D takes the slot in S, and the next slot is read."""
    if route.slot == NOTHING and route.stage != NOTHING:
        route.slot = route.stage
        route.stage = NOTHING
        route.again = slots[route.slot].again
        route.lane = slots[route.slot].first
        route.last = slots[route.slot].last
        route.entry = 0
    read(route, slots)


@compiled
def emit(route: Any, slots: Any, now: int, entries: int, value_ends: bool, writes: Any) -> bool:
    """One emission at `now`, written at `writes`; whether it is the last of its pass.

    In a vector frame (`entries` 0) the item says whether its value ends.
    """
    route.entry += 1
    if not (value_ends if entries == 0 else route.entry == entries):
        return False
    route.entry = 0
    writes[route.values] = now
    route.values += 1
    if route.lane < route.last:
        route.lane += 1
        return False
    done = bool(slots[route.slot].end)
    if route.slot == route.stop - 1:
        route.finish = now
    route.slot = NOTHING
    route.passes += done
    return done
