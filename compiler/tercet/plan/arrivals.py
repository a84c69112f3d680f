"""What LOADs bring to bank B, and when: inputs, and activations that were spilled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tercet.fabric.frame import Load
from tercet.plan.arena import meet
from tercet.plan.infer import Arrival
from tercet.plan.ports import Entry
from tercet.plan.steps import Network, Tensor
from tercet.plan.tiled import Tiled
from tercet.plan.transfers import part_loads


def arrivals(
    network: Network, tiled: Tiled, inputs: Sequence[Entry], places: Sequence[Mapping[Tensor, int]]
) -> Iterator[Arrival]:
    """For every input of a batch; `places` are the addresses of what lies in memory."""
    made, twins = {kept.source for kept in network.stored.values()}, tiled.schedule.rooms.twins
    for i, at in enumerate(places):
        for entry in inputs:
            if entry.loads:
                start = at[entry.tensor] - entry.port.address
                moved = i % 2 * twins.get(entry.tensor, 0)
                loads = [
                    replace(load, address=load.address + start, base=load.base + moved)
                    for load in entry.loads
                ]
                # in two parts: the second one before the second EXEC
                for n, some in enumerate([[load] for load in loads] if entry.parted else [loads]):
                    arrival = _arrival(tiled, i, entry.tensor, some, None)
                    yield replace(arrival, first=arrival.first + n, front=arrival.front + n)
        for tensor, part in network.loaded.items():
            loads = list(
                part_loads(tiled.layouts[tensor], part, at[part.source], tiled.schedule.spec)
            )
            yield _arrival(tiled, i, tensor, loads, part.source if part.source in made else None)


def _arrival(
    tiled: Tiled, i: int, tensor: Tensor, loads: Sequence[Load], source: Tensor | None
) -> Arrival:
    """LOADs of a tensor before its first reader; they wait for what lay there before.

    Those of a later input come as soon as the one before it runs.
    """
    schedule, layout = tiled.schedule, tiled.layouts[tensor]
    lives, times = schedule.rooms.lives, schedule.batch
    reader = min(
        n
        for n, stage in enumerate(schedule.stages)
        for read in stage.shape.reads
        if read.tensor is tensor
    )
    first = tiled.first[reader]
    every = {layout.whole.tensor: layout.whole for layout in tiled.layouts.values()}
    for stage in schedule.stages:
        if stage.shape.writes is not None:
            every[stage.shape.writes.whole.tensor] = stage.shape.writes.whole
    there = [lives[other] for other, place in every.items() if meet(place, layout)]
    life = lives[tensor]
    own = max((x.end + 1 for x in there if x.end < life.end and x.end < first), default=0)
    turns = 2 if tensor in schedule.rooms.twins else 1
    after = times.after(i, own, max(x.end + 1 for x in there), turns)
    at = i * times.acts + first
    front = max(after, (i - 1) * times.acts + 1) if i and source is None else at
    return Arrival(tuple(loads), at, front, after, source)
