"""The program that runs a batch: streamed contents and inputs are loaded while EXECs run.

A frame waits only for frames before it, so that issuing frames in order never deadlocks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tercet.targets.fabric.format.frame import Frame, Load, Store
from tercet.targets.fabric.placement.batch import used_until
from tercet.targets.fabric.placement.needs import Need
from tercet.targets.fabric.placement.units import Unit
from tercet.targets.fabric.program.schedule import Brought, Schedule, ended
from tercet.targets.fabric.program.transfers import Export, export_frame, store_frame
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Arrival:
    """Activations that LOADs bring for EXEC `first`, counted in the whole batch."""

    loads: tuple[Load, ...]
    first: int
    front: int
    """The first LOAD stands before this EXEC, each other before a later one, up to `first`."""
    after: int
    """EXECs that must have finished before they start."""
    source: Tensor | None
    """The tensor whose STOREs must have finished before; None for an input."""


@dataclass(frozen=True)
class Outputs:
    """The STORE of every input's outputs, from `places` of bank C that inputs take in turn."""

    stores: tuple[Store, ...]
    places: int

    def first(self, i: int) -> int:
        """First word in bank C of the outputs of input i."""
        return self.stores[i].base


def infer(
    schedule: Schedule,
    brought: Brought,
    arrivals: Sequence[Arrival],
    places: Sequence[Mapping[Tensor, int]],
    outputs: Outputs | None,
) -> tuple[Frame, ...]:
    """The frames of the program. `places` are the addresses of stored tensors, for each input."""
    program = _Program(schedule, brought, arrivals, outputs)
    for i, at in enumerate(places):
        for e, act in enumerate(schedule.acts):
            program.bring(i, e)
            if isinstance(act, Unit):
                program.run(i, e, act)
            else:
                program.export(i, e, act, at)
        program.finish(i)
    return ended(program.frames)


class _Program:
    """The frames so far, and the counts of LOADs and STOREs that waits refer to."""

    def __init__(
        self,
        schedule: Schedule,
        brought: Brought,
        arrivals: Sequence[Arrival],
        outputs: Outputs | None,
    ) -> None:
        self.frames: list[Frame] = []
        self.schedule, self.outputs = schedule, outputs
        streamed = [(need, load) for need, (_, load) in brought.items() if not need.resident]
        self.until = used_until([need for need, _ in streamed])
        self.streamed: dict[int, list[tuple[Need, Load]]] = {}
        for need, load in streamed:
            self.streamed.setdefault(need.first, []).append((need, load))
        self.loads = self.stores = self.waited = 0
        self.needed: dict[int, int] = {}  # LOADs that an EXEC waits for
        self.complete: dict[Tensor | None, int] = {None: 0}  # STOREs until all of it is there
        self.finished: list[int] = []  # STOREs after which the outputs of each input are in memory
        self.fronts: dict[int, list[tuple[Load, Arrival]]] = {}
        for arrival in arrivals:
            for j, load in enumerate(arrival.loads):
                front = min(arrival.front + j, arrival.first)
                self.fronts.setdefault(front, []).append((load, arrival))

    def bring(self, i: int, e: int) -> None:
        """Add the LOADs that EXEC e of input i needs first, then LOADs for later EXECs."""
        at = self._at(i, e)
        ahead = self.fronts.get(at, [])
        for load, arrival in ahead:
            if arrival.first == at:
                self._arrive(load, arrival)
        for need, load in self.streamed.get(e, ()):
            if i == 0 or self.until[need]:
                after = self.schedule.batch.after(i, need.after, self.until[need])
                self._load(replace(load, wait_exec=after), at)
        for load, arrival in ahead:
            if arrival.first != at:
                self._arrive(load, arrival)

    def _arrive(self, load: Load, arrival: Arrival) -> None:
        stored = self.complete[arrival.source]
        self._load(replace(load, wait_exec=arrival.after, wait_store=stored), arrival.first)

    def _load(self, load: Load, first: int) -> None:
        self.frames.append(load)
        self.loads += 1
        self.needed[first] = self.loads

    def run(self, i: int, e: int, unit: Unit) -> None:
        """Add an EXEC; one that writes outputs waits until those before in its place are stored."""
        outputs, word, stored = self.outputs, 0, 0
        if outputs is not None and self.schedule.stages[unit.stage].shape.is_output:
            word = outputs.first(i)
            stored = self.finished[i - outputs.places] if i >= outputs.places else 0
        frame = self.schedule.exec_of(i, e, unit, word)
        self.waited = max(self.waited, self.needed.get(self._at(i, e), 0))
        self.frames.append(replace(frame, wait_load=self.waited, wait_store=stored))

    def export(self, i: int, e: int, act: Export, places: Mapping[Tensor, int]) -> None:
        """Add an EXEC that exports to one of two buffers in bank C, and the buffer's STORE."""
        schedule = self.schedule
        (first, words), layer = schedule.staging, schedule.layers[act.stage]
        out = first + self.stores % 2 * words
        exported = export_frame(act, layer, act.source.zero_point, out, schedule.spec)
        self.frames.append(replace(exported, wait_store=max(0, self.stores - 1)))
        stored = store_frame(act, layer, out, places, schedule.spec)
        self._store(replace(stored, wait_exec=self._at(i, e) + 1))
        self.complete[act.source] = self.stores

    def finish(self, i: int) -> None:
        """Add the STORE of the outputs of input i."""
        if self.outputs is not None:
            self._store(replace(self.outputs.stores[i], wait_exec=self._at(i + 1, 0)))
        self.finished.append(self.stores)

    def _store(self, store: Store) -> None:
        self.frames.append(store)
        self.stores += 1

    def _at(self, i: int, e: int) -> int:
        return i * len(self.schedule.acts) + e
