"""The order of frames: what is loaded for good, and what is loaded, run and stored for an input."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tercet.errors import CapacityError
from tercet.fabric.frame import Bank, Exec, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, FabricSpec
from tercet.plan.grid import up
from tercet.plan.loads import Image
from tercet.plan.memory import Memory
from tercet.plan.needs import Need, Unit, way_out
from tercet.plan.stage import Places, Stage, is_wide, pitch_in_c
from tercet.plan.steps import Tensor
from tercet.plan.transfers import Export, export_frame, store_frame

Brought = Mapping[Need, tuple[Image, Load]]
"""What comes to each need, and the LOAD with its address in memory."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """Activations that LOADs bring before EXEC `first`."""

    loads: tuple[Load, ...]
    first: int
    after: int
    """They may start when so many EXECs have finished."""
    source: Tensor | None
    """What must have been stored before; None for an input."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """EXECs in the order in which they run, with everything that they need."""

    spec: FabricSpec
    stages: tuple[Stage, ...]
    layers: tuple[int, ...]
    """The layer that each stage belongs to."""
    acts: tuple[Unit | Export, ...]
    needs: tuple[Need, ...]
    outs: tuple[int, ...]
    """Of each stage, its place in bank C: bytes, or 32-bit words."""
    staging: tuple[int, int]
    """Where exports pass through bank C: first word of the first of two buffers, words of each."""

    def brought(self, memory: Memory) -> Brought:
        """The images of all needs, in memory."""
        found = {}
        for need in self.needs:
            image = need.image(need.base)
            address = memory.take(len(image.data), f"{image.what} of {need.name}")
            layer = self.layers[self.acts[need.first].stage]
            found[need] = image, replace(image.load, address=address, layer=layer)
        return found

    def setup(self, brought: Brought) -> tuple[Frame, ...]:
        """The program that makes the network resident."""
        return ended([load for need, (_, load) in brought.items() if need.resident])

    def infer(
        self,
        brought: Brought,
        arrivals: Sequence[Arrival],
        places: Mapping[Tensor, int],
        outputs: Store | None,
    ) -> tuple[Frame, ...]:
        """The program that runs an input: what is streamed comes behind compute.

        A frame waits only for frames that stand before it, so handing them out in order never
        blocks for good. `places` are the addresses of stored tensors.
        """
        frames: list[Frame] = []
        loads = stores = 0
        complete: dict[Tensor | None, int] = {None: 0}
        for e, act in enumerate(self.acts):
            for load in self._before(e, brought, arrivals, complete):
                frames.append(load)
                loads += 1
            if isinstance(act, Unit):
                frames.append(replace(self._exec(e, act), wait_load=loads))
                continue
            first, words = self.staging
            layer, out = self.layers[act.stage], first + stores % 2 * words
            free = max(0, stores - 1)
            exported = export_frame(act, layer, act.source.zero_point, out, self.spec)
            frames.append(replace(exported, wait_store=free))
            stored = store_frame(act, layer, out, places, self.spec)
            frames.append(replace(stored, wait_exec=e + 1))
            stores += 1
            complete[act.source] = stores
        if outputs is not None:
            frames.append(replace(outputs, wait_exec=len(self.acts)))
        return ended(frames)

    def _before(
        self,
        e: int,
        brought: Brought,
        arrivals: Sequence[Arrival],
        complete: Mapping[Tensor | None, int],
    ) -> Iterator[Load]:
        """LOADs that EXEC e is the first to need."""
        for arrival in arrivals:
            if arrival.first == e:
                for load in arrival.loads:
                    stored = complete[arrival.source]
                    yield replace(load, wait_exec=arrival.after, wait_store=stored)
        for need, (_, load) in brought.items():
            if need.first == e and not need.resident:
                yield replace(load, wait_exec=need.after)

    def _exec(self, e: int, unit: Unit) -> Exec:
        bases = {
            need.bank: need.base
            for need in self.needs
            if need.first <= e <= need.last and self.acts[need.first].stage == unit.stage
        }
        places = Places(
            columns=bases.get(Bank.WEIGHTS, 0),
            params=bases.get(Bank.PARAMETERS, 0),
            walk=bases[Bank.WALK],
            route=bases[Bank.ROUTE],
            out=self.outs[unit.stage],
        )
        frame = self.stages[unit.stage].frame(self.spec, places, unit.groups, unit.half)
        return replace(frame, layer=self.layers[unit.stage])


def ended(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """A program: its last frame says that it is."""
    return (*frames[:-1], replace(frames[-1], last=1))


def in_bank_c(stages: Sequence[Stage], spec: FabricSpec) -> tuple[tuple[int, ...], int]:
    """Where each output begins in bank C (bytes, or 32-bit words), and the 64-bit words of all.

    Raises CapacityError.
    """
    begins: dict[Tensor, int] = {}
    at = 0
    for stage in stages:
        result = stage.shape.step.result
        if stage.shape.is_output and result not in begins:
            begins[result] = at
            size = 4 if is_wide(stage.shape.step) else 1
            at += up(result.positions * pitch_in_c(stage.shape) * size, BUS_BYTES)
    words = at // BUS_BYTES
    if words > spec.out_depth:
        raise CapacityError(
            f"the outputs need {words} 64-bit words of bank C, the fabric {spec.name!r} has"
            f" {spec.out_depth}: {way_out(words, 'out_depth', spec)}"
        )
    starts = tuple(
        begins.get(stage.shape.step.result, 0) // (4 if is_wide(stage.shape.step) else 1)
        for stage in stages
    )
    return starts, words
