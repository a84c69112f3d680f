"""Predictions of whole inferences: a plan of one layer, made by hand."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
from tests.golden.test_machine import DENSE, LANE_BY_LANE, ROUTE, SPEC, entries, one_run

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Bank, Exec, Load, Store
from tercet.targets.fabric.format.pt5 import pack
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.format.tables import Segment, Slot
from tercet.targets.fabric.program.plan import Plan
from tercet.targets.fabric.timing import exec_time
from tercet_golden.cycles import Machine, predict, predict_setup

INPUT, OUTPUT = 0x3000, 0x3400
TRITS = np.array([*LANE_BY_LANE, *([[0] * 5] * 5)])
WALK = entries(one_run(Segment(length=3, end=1)))
TO_C = entries((ROUTE[0], Slot(last=4, listens=1)))
ENTRY = (1 << 58).to_bytes(16, "little")


@dataclass(frozen=True)
class Named:
    name: str


@dataclass(frozen=True)
class Program:
    address: int
    frames: tuple[Load | Exec | Store, ...]


@dataclass(frozen=True)
class OneLayer:
    """Three inputs, five outputs."""

    spec: FabricSpec = SPEC
    layers: tuple[Named, ...] = (Named("fc"),)
    input_address: int = INPUT
    output_address: int = OUTPUT
    output_bytes: int = 8

    @property
    def parts(self) -> dict[int, tuple[Bank, bytes]]:
        return {
            0x2000: (Bank.WEIGHTS, pack(TRITS).tobytes()),
            0x2100: (Bank.WALK, WALK),
            0x2200: (Bank.ROUTE, TO_C),
            0x2300: (Bank.PARAMETERS, ENTRY),
        }

    @property
    def setup(self) -> Program:
        loads = [
            Load(mask=1, bank=b, address=at, beats=len(d) // 8, slice_beats=len(d) // 8)
            for at, (b, d) in self.parts.items()
        ]
        return Program(0x1000, (*loads[:-1], replace(loads[-1], last=1)))

    @property
    def infer(self) -> Program:
        load = Load(mask=1, bank=Bank.ACTIVATIONS, address=INPUT, beats=1, slice_beats=1)
        work = replace(DENSE, to_c=1, wait_load=1)
        return Program(
            0x1800, (load, work, Store(mask=1, wait_exec=1, address=OUTPUT, beats=1, last=1))
        )

    def image(self) -> npt.NDArray[np.uint8]:
        memory = np.zeros(0x4000, np.uint8)
        for at, (_, data) in self.parts.items():
            memory[at : at + len(data)] = np.frombuffer(data, np.uint8)
        return memory

    def pack(self, x: IntArray) -> npt.NDArray[np.uint8]:
        return np.pad(x, ((0, 0), (0, 5))).astype(np.uint8)


PLAN = cast(Plan, OneLayer())
X = np.array([[2, 3, 5], [0, 0, 1], [0, 0, 0]])


def test_outputs_are_those_of_the_layer() -> None:
    found = predict(PLAN, X).outputs[:, :5].astype(np.int8)
    np.testing.assert_array_equal(found, X @ TRITS[:3])


def test_every_activation_that_is_not_zero_is_one_cycle() -> None:
    found = predict(PLAN, X)
    # a column each; without any, the token is alone
    assert found.layer_cycles["fc"].tolist() == [27, 25, 24]
    assert (found.cycles - found.cycles[2]).tolist() == [3, 1, 0]
    assert found.layers["fc"].issued.tolist() == [3, 1, 0]
    assert found.layers["fc"].skip_act.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(found.counters["tile0.columns"], [3, 3, 3])
    np.testing.assert_array_equal(found.layers["fc"].efficiency, np.array([3, 1, 0]) / [27, 25, 24])


def test_a_frames_record_says_when_and_what() -> None:
    ran = predict(PLAN, X[:1]).runs[0]
    load, work, store = ran.frames
    assert (load.beats, work.beats, store.beats) == (1, 0, 1)
    assert work.end - work.start == 27
    assert [work.total(name) for name in ("columns", "issued", "skip_act")] == [3, 3, 0]
    assert work.heard is not None
    np.testing.assert_array_equal(work.heard.sums[:, 0], X[0] @ TRITS[:3])
    assert store.end < ran.cycles


def test_the_set_up_counts_its_beats() -> None:
    found = predict_setup(PLAN)
    assert found["frames"] == 4
    assert found["load_beats"] == sum(len(data) // 8 for _, data in OneLayer().parts.values())


def test_a_slower_memory_changes_cycles_alone() -> None:
    near, far = predict(PLAN, X, latency=10), predict(PLAN, X, latency=50)
    np.testing.assert_array_equal(near.outputs, far.outputs)
    assert near.layer_cycles["fc"].tolist() == far.layer_cycles["fc"].tolist()
    assert (far.cycles > near.cycles).all()


def test_a_frames_time_can_be_asked_without_a_machine() -> None:
    machine, memory = Machine(SPEC), OneLayer().image()
    machine.run(PLAN.setup.address, PLAN.setup.frames, memory)
    banks = machine.banks
    nonzero = np.zeros(banks.acts.shape, bool)
    nonzero[0, :3] = True
    found = exec_time(SPEC, DENSE, banks.walk, banks.route[0], nonzero, banks.columns)
    assert (found.cycles, found.issued.tolist()) == (27, [3])
