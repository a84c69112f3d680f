"""The EXECs of one input in order, with what they need: the set-up program and EXEC frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tercet.errors import CapacityError
from tercet.targets.fabric.format.frame import Bank, Exec, Frame, Load
from tercet.targets.fabric.format.spec import BUS_BYTES, FabricSpec
from tercet.targets.fabric.format.tables import wrap
from tercet.targets.fabric.placement.batch import Batch, Rooms
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.placement.loads import Image
from tercet.targets.fabric.placement.memory import Memory
from tercet.targets.fabric.placement.needs import Need
from tercet.targets.fabric.placement.units import Unit
from tercet.targets.fabric.program.transfers import Export
from tercet.targets.fabric.stages.stage import Places, Stage, result_bytes
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.tensor import Tensor

Brought = Mapping[Need, tuple[Image, Load]]
"""The image of each need, and its LOAD with the address in memory."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """The EXECs of one input in order, with everything that they need in the banks."""

    spec: FabricSpec
    stages: tuple[Stage, ...]
    layers: tuple[int, ...]
    """The layer that each stage belongs to."""
    acts: tuple[Unit | Export, ...]
    needs: tuple[Need, ...]
    outs: tuple[int, ...]
    """The place of each stage's result in bank C: bytes, or 32-bit words."""
    staging: tuple[int, int]
    """Two buffers of exports in bank C: first word of the first one, words of each."""
    batch: Batch
    rooms: Rooms
    """Addresses in bank B, for each input of the batch."""

    @cached_property
    def _bases(self) -> Mapping[int, Mapping[Bank, int]]:
        """The base of each EXEC's needs, by EXEC and bank."""
        found: dict[int, dict[Bank, int]] = {}
        for need in self.needs:
            for e in need.execs:
                found.setdefault(e, {})[need.bank] = need.base
        return found

    def brought(self, memory: Memory) -> Brought:
        """The image of each need, with an address taken from `memory`."""
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

    def exec_of(self, i: int, e: int, unit: Unit, out_word: int) -> Exec:
        """EXEC e of input i, without waits; its outputs lie from `out_word` of bank C on."""
        bases, stage = self._bases[e], self.stages[unit.stage]
        out = out_word * BUS_BYTES // result_bytes(stage.shape.step)
        places = Places(
            columns=bases.get(Bank.WEIGHTS, 0),
            params=bases.get(Bank.PARAMETERS, 0),
            walk=bases[Bank.WALK],
            route=bases[Bank.ROUTE],
            out=self.outs[unit.stage] + out,
        )
        frame = stage.frame(self.spec, places, unit.groups, unit.half)
        act_base = wrap(frame.act_base + self.rooms.shift(stage.shape, i))
        return replace(frame, layer=self.layers[unit.stage], act_base=act_base)


def ended(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames of a program, with the last one marked as last."""
    return (*frames[:-1], replace(frames[-1], last=1))


def in_bank_c(stages: Sequence[Stage], spec: FabricSpec) -> tuple[tuple[int, ...], int]:
    """First place of each output in bank C (bytes, or 32-bit words), and the 64-bit words of all.

    Raises CapacityError.
    """
    begins: dict[Tensor, int] = {}
    at = 0
    for stage in stages:
        result = stage.shape.step.result
        if stage.shape.is_output and result not in begins:
            begins[result] = at
            size = result_bytes(stage.shape.step)
            at += up(result.positions * stage.shape.pitch * size, BUS_BYTES)
    words = at // BUS_BYTES
    if words > spec.out_depth:
        raise CapacityError(
            f"the outputs need {words} 64-bit words of bank C, the fabric {spec.name!r} "
            f"has {spec.out_depth}",
            way_out=way_out(words, "out_depth", spec),
        )
    starts = tuple(
        begins.get(stage.shape.step.result, 0) // result_bytes(stage.shape.step) for stage in stages
    )
    return starts, words
