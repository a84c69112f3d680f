"""LOADs to bank B and their times: for inputs, and for spilled activations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tercet.targets.fabric.format.frame import Load
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.program.infer_program import Arrival
from tercet.targets.fabric.program.ports import Entry
from tercet.targets.fabric.program.tiled_schedule import Tiled
from tercet.targets.fabric.program.transfers import part_loads
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


def arrivals(
    network: Network, tiled: Tiled, inputs: Sequence[Entry], places: Sequence[Mapping[Tensor, int]]
) -> Iterator[Arrival]:
    """The arrivals of every input of a batch; `places` are the addresses of tensors in memory."""
    made, twins = {kept.source for kept in network.stored.values()}, tiled.schedule.rooms.twins
    lives = _lives(tiled, [*(entry.tensor for entry in inputs if entry.loads), *network.loaded])
    for i, at in enumerate(places):
        for entry in inputs:
            if entry.loads:
                start = at[entry.tensor] - entry.port.address
                moved = i % 2 * twins.get(entry.tensor, 0)
                loads = [
                    replace(load, address=load.address + start, base=load.base + moved)
                    for load in entry.loads
                ]
                # a parted input has two arrivals: the second one is for the second EXEC
                for n, some in enumerate([[load] for load in loads] if entry.parted else [loads]):
                    arrival = _arrival(tiled, lives, i, entry.tensor, some, None)
                    yield replace(arrival, first=arrival.first + n, front=arrival.front + n)
        for tensor, part in network.loaded.items():
            loads = list(
                part_loads(tiled.layouts[tensor], part, at[part.source], tiled.schedule.spec)
            )
            yield _arrival(
                tiled, lives, i, tensor, loads, part.source if part.source in made else None
            )


@dataclass(frozen=True, eq=False)
class _Lives:
    """First readers and free times of tensors in bank B, in EXECs of one input."""

    readers: Mapping[Tensor, int]
    """The first EXEC that reads each tensor."""
    until: Mapping[Tensor, tuple[int, int]]
    """For each loaded tensor: EXECs after which its place is free of earlier tensors, and EXECs
    after which its place is free of all tensors."""


def _lives(tiled: Tiled, loaded: Sequence[Tensor]) -> _Lives:
    schedule, lives = tiled.schedule, tiled.schedule.rooms.lives
    every: dict[Tensor, Layout] = {}
    readers: dict[Tensor, int] = {}
    for n, stage in enumerate(schedule.stages):
        for layout in (*stage.shape.reads, *filter(None, [stage.shape.writes])):
            every.setdefault(layout.whole.tensor, layout.whole)
        for read in stage.shape.reads:
            readers.setdefault(read.tensor, tiled.first[n])
    begins, ends = _Reach(schedule.spec.bank_b_depth), _Reach(schedule.spec.bank_b_depth)
    for tensor, layout in every.items():
        ends.add(layout, lives[tensor].end + 1)
    found = {}
    ordered = sorted(every, key=lambda tensor: lives[tensor].end)
    at = 0
    for tensor in sorted(loaded, key=lambda t: min(lives[t].end, readers[t])):
        limit = min(lives[tensor].end, readers[tensor])
        while at < len(ordered) and lives[ordered[at]].end < limit:
            begins.add(every[ordered[at]], lives[ordered[at]].end + 1)
            at += 1
        layout = tiled.layouts[tensor]
        found[tensor] = begins.most(layout), ends.most(layout)
    return _Lives(readers, found)


class _Reach:
    """The number of EXECs after which each place of bank B is free."""

    def __init__(self, depth: int) -> None:
        self._found = np.zeros(depth, np.int64)

    def add(self, layout: Layout, until: int) -> None:
        place = slice(layout.base, layout.base + layout.size)
        self._found[place] = np.maximum(self._found[place], until)

    def most(self, layout: Layout) -> int:
        return int(self._found[layout.base : layout.base + layout.size].max(initial=0))


def _arrival(
    tiled: Tiled,
    lives: _Lives,
    i: int,
    tensor: Tensor,
    loads: Sequence[Load],
    source: Tensor | None,
) -> Arrival:
    """The arrival of a tensor for input i, which waits until its place is free.

    LOADs of later inputs are issued from the first EXEC of the input before on; others right
    before their first reader.
    """
    times, first = tiled.schedule.batch, lives.readers[tensor]
    own, before = lives.until[tensor]
    turns = 2 if tensor in tiled.schedule.rooms.twins else 1
    after = times.after(i, own, before, turns)
    at = i * times.acts + first
    front = max(after, (i - 1) * times.acts + 1) if i and source is None else at
    return Arrival(tuple(loads), at, front, after, source)
