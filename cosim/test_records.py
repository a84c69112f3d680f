"""The records of frames: in memory as the model says, to the byte, and complete in every case."""

from dataclasses import replace

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from conftest import Options
from draw.programs.compare import difference
from draw.programs.draw import draw
from draw.programs.fabrics import FABRICS
from draw.programs.model import expected
from draw.programs.program import RandomProgram
from draw.programs.recorded import PAGE, recorded
from draw.programs.run import item_of
from tercet import frontends, passes
from tercet.ir.interval import Interval
from tercet.ir.module import input_type
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec, Frame, Kind, Load, Opcode
from tercet.targets.fabric.format.records import COUNTS, RECORD_BYTES, Record, decode
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.bench import counters
from tercet_cosim.bench.batch import Ran
from tercet_cosim.bench.job import Job
from tercet_cosim.bench.process import batch, execute
from tercet_cosim.build.build import build
from tercet_cosim.run import job_of
from tercet_golden.cycles import Machine
from tercet_golden.cycles.predict import DOORBELL
from tercet_golden.cycles.recorder import RING

PROGRAMS = 6
IDS = [text.split(",")[0] for text in FABRICS]
BASE = 0x1000


def told(program: RandomProgram, ran: Ran) -> tuple[Record, ...]:
    """The records that a program left."""
    return decode(ran.memory[program.records :][: RECORD_BYTES * len(program.frames)])


@pytest.mark.parametrize("fabric", FABRICS, ids=IDS)
def test_the_rtl_records_what_the_model_says(fabric: str, options: Options) -> None:
    spec = named(fabric)
    seeds = range(50_000 + options.seed, 50_000 + options.seed + PROGRAMS)
    programs = [recorded(draw(seed, spec)) for seed in seeds]
    items = [replace(item_of(program), stall=0) for program in programs]
    for program, ran in zip(programs, batch(build(spec), items), strict=True):
        assert difference(program, expected(program), ran) == ""
        _assert_sums(spec, program, ran)


def _assert_sums(spec: FabricSpec, program: RandomProgram, ran: Ran) -> None:
    """Records add up to the telemetry registers."""
    names = counters.names(spec.tiles, spec.lanes, spec.telemetry)
    found = dict(zip(names, ran.counters.tolist(), strict=True))
    records = told(program, ran)
    for name in COUNTS:
        total = sum(found[f"tile{tile}.{name}"] for tile in range(spec.tiles))
        assert sum(getattr(record, name) for record in records) == total, name
    for opcode, name in ((Opcode.LOAD, "load_beats"), (Opcode.STORE, "store_beats")):
        assert sum(r.beats for r in records if r.opcode is opcode) == found[name]
    execs = [r for r in records if r.opcode is Opcode.EXEC]
    assert sum(r.end - r.start for r in execs) == found["exec_cycles"]
    assert max(r.end for r in records) < found["cycles"]


@pytest.mark.parametrize("fabric", FABRICS[1:3], ids=IDS[1:3])
def test_records_are_complete_when_the_memory_holds_back(fabric: str) -> None:
    spec = named(fabric)
    programs = [recorded(draw(seed, spec)) for seed in range(PROGRAMS)]
    stalls = (40, 128, 220)
    items = [
        replace(item_of(program), stall=stalls[i % len(stalls)])
        for i, program in enumerate(programs)
    ]
    for program, ran in zip(programs, batch(build(spec), items), strict=True):
        assert not ran.error
        want = expected(program)
        records = told(program, replace(ran, memory=want.memory))
        assert [_timeless(r) for r in told(program, ran)] == [_timeless(r) for r in records]
        assert np.array_equal(ran.memory[: program.records], want.memory[: program.records])


def _timeless(record: Record) -> Record:
    return replace(record, start=0, end=0, stalls=0)


def test_without_an_address_nothing_changes() -> None:
    spec = named(FABRICS[2])
    programs = [draw(seed, spec) for seed in range(3)]
    between = [recorded(programs[0]), *programs]
    items = [replace(item_of(each), stall=0) for each in between]
    for program, ran in zip(between, batch(build(spec), items), strict=True):
        assert difference(program, expected(program), ran) == ""


@pytest.mark.parametrize("latency", [1, 40])
def test_frames_wait_while_there_is_no_room_for_their_records(latency: int) -> None:
    """Frames so short that their records come faster than they can be written."""
    spec = named(FABRICS[1])
    program = _short(spec, latency)
    want = expected(program)
    (ran,) = batch(build(spec), [item_of(program)])
    assert difference(program, want, ran) == ""
    free = expected(replace(program, records=0))
    assert want.cycles > free.cycles + RING


def _short(spec: FabricSpec, latency: int) -> RandomProgram:
    """Many frames that move one word; LOAD and EXEC are not kept apart."""
    head = {"config_id": spec.config_id, "mask": (1 << spec.tiles) - 1}
    export = Exec(**head, kind=Kind.EXPORT, groups=1, tiles=1)
    load = Load(**head, address=BASE, beats=1, slice_beats=1, bank=1)
    frames: list[Frame] = [load, export, export] * (2 * RING)
    frames[-1] = replace(export, last=1)
    memory = np.zeros(BASE + PAGE * (2 + len(frames) * RECORD_BYTES // PAGE), np.uint8)
    data = b"".join(frame.encode() for frame in frames)
    memory[BASE + 64 :][: len(data)] = np.frombuffer(data, np.uint8)
    window = (BASE, len(memory))
    return recorded(RandomProgram(0, spec, memory, window, BASE + 64, tuple(frames), latency))


def test_without_telemetry_there_are_no_records() -> None:
    spec = named(f"{FABRICS[0]},TELEMETRY=0")
    program = recorded(draw(3, spec))
    (ran,) = batch(build(spec), [replace(item_of(program), stall=0)])
    want = expected(program)
    assert difference(program, want, ran) == ""
    assert not ran.memory[program.records :].any()


@pytest.mark.parametrize("model", ["digits_mlp", "digits_cnn"])
def test_a_network_records_its_frames(model: str, rng: np.random.Generator) -> None:
    module = passes.run(frontends.capture(frontends.resolve(model)))
    plan = make(module, named("small"))
    job = _recorded(plan, _drawn(rng, module))
    outcome, _ = execute(build(plan.spec), job)
    assert outcome.error == ""
    machine, memory = Machine(plan.spec), job.memory.copy()
    machine.run(plan.setup.address, plan.setup.frames, memory)
    for vector, data in enumerate(job.inputs):
        memory[plan.input_address :][: len(data)] = data
        at = job.records
        ran = machine.run(plan.infer.address, plan.infer.frames, memory, records=at)
        assert outcome.latency[vector] == ran.cycles + DOORBELL
        found = outcome.records[vector]
        assert np.array_equal(found, memory[at : at + len(found)])
        assert [record.layer for record in decode(found)] == [f.layer for f in plan.infer.frames]


def _drawn(rng: np.random.Generator, module: ModuleOp) -> IntArray:
    """Two inputs, half of them zeros."""
    kind = input_type(module)
    held, shape = Interval.of(kind.element_type), (2, *kind.get_shape()[1:])
    return rng.integers(held.low, held.high, shape, endpoint=True) * rng.integers(0, 2, shape)


def _recorded(plan: Plan, x: IntArray) -> Job:
    """With the records behind the plan's window."""
    job, at = job_of(plan, x), plan.window[1]
    end = at + PAGE * (1 + RECORD_BYTES * len(plan.infer.frames) // PAGE)
    memory = np.zeros(end, np.uint8)
    memory[: len(job.memory)] = job.memory
    return replace(job, records=at, memory=memory, window=np.array([plan.window[0], end]))
