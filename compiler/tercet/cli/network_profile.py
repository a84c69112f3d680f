"""Profiles of a planned network: from the cycle model, or from the records of the fabric."""

from typing import TYPE_CHECKING

import numpy as np

from tercet.errors import TercetError, UsageError
from tercet.report.profile import contract
from tercet.report.profile.contract import Engine, Issue, Profile, Step
from tercet.targets.fabric.format.frame import Bank, Exec, Frame, Kind, Load
from tercet.targets.fabric.format.records import RECORD_BYTES, Record, decode

if TYPE_CHECKING:
    from tercet.targets.fabric.program.plan import Bytes, Plan
    from tercet_golden.cycles import FrameRecord
    from tercet_signoff.context import CheckContext

PAGE = 4096
"""Bytes of a page; a memory window has whole pages."""


def by_model(ctx: "CheckContext", records: int = 0) -> Profile:
    """Profile of the context's first vector by the cycle model; `records`: their address."""
    from tercet_golden.cycles import Machine
    from tercet_golden.cycles.predict import LATENCY

    planned, machine, memory = ctx.plan, Machine(ctx.plan.spec), _memory(ctx)
    machine.run(planned.setup.address, planned.setup.frames, memory, LATENCY)
    infer = planned.infer
    ran = machine.run(infer.address, infer.frames, memory, LATENCY, records=records)
    return _profile(ctx, ran.cycles, tuple(map(_modelled, ran.frames)))


def by_rtl(ctx: "CheckContext") -> Profile:
    """Profile of the context's first vector from the records that the simulated RTL writes."""
    from tercet_cosim.bench.batch import Item
    from tercet_cosim.bench.process import batch
    from tercet_cosim.build.build import build
    from tercet_golden.cycles.predict import DOORBELL, LATENCY

    if not ctx.plan.spec.telemetry:
        raise UsageError("a fabric with TELEMETRY=0 records nothing; leave out --rtl")
    with ctx.stages.stage("RTL build"):
        built = build(ctx.plan.spec)
    (first, at), memory = ctx.plan.window, _memory(ctx)
    window, size = (first, len(memory)), RECORD_BYTES * len(ctx.plan.infer.frames)
    items = [
        Item(memory, window, program.address, len(program.frames), LATENCY, records)
        for program, records in ((ctx.plan.setup, 0), (ctx.plan.infer, at))
    ]
    with ctx.stages.stage("RTL simulation"):
        ran = batch(built, items)
    if wrong := next((one.error for one in ran if one.error), ""):
        raise TercetError(f"the fabric {ctx.plan.spec.name!r} failed: {wrong}")
    return by_records(ctx, ran[1].cycles - DOORBELL, ran[1].memory[at : at + size])


def by_records(ctx: "CheckContext", cycles: int, data: "Bytes") -> Profile:
    """Profile from the bytes that the fabric wrote at RECORDS while it ran `infer`."""
    found = zip(ctx.plan.infer.frames, decode(data), strict=True)
    return _profile(ctx, cycles, tuple(_recorded(frame, record) for frame, record in found))


def _memory(ctx: "CheckContext") -> "Bytes":
    """The plan's memory image with the first vector in it, and room for the records behind it."""
    planned = ctx.plan
    room = -(-RECORD_BYTES * len(planned.infer.frames) // PAGE) * PAGE
    memory = np.concatenate([planned.image(), np.zeros(room, np.uint8)])
    data = planned.pack(*(x[:1] for x in ctx.vectors.xs))[0]
    memory[planned.input_address : planned.input_address + len(data)] = data
    return memory


def _profile(ctx: "CheckContext", cycles: int, frames: tuple[contract.Frame, ...]) -> Profile:
    return Profile(
        model=ctx.model.name,
        fabric=ctx.plan.spec.name,
        vector=ctx.vectors.labels[0],
        tiles=ctx.plan.spec.tiles,
        steps=_steps(ctx.plan),
        cycles=cycles,
        frames=frames,
    )


def _steps(planned: "Plan") -> tuple[Step, ...]:
    return tuple(Step(x.name, x.kind, str(x.grid)) for x in planned.layers)


def _engine(frame: Frame) -> Engine:
    names: dict[str, Engine] = {"LOAD": "LOAD", "EXEC": "EXEC", "STORE": "STORE"}
    return names[frame.opcode.name]


def _what(frame: Frame) -> str:
    if isinstance(frame, Load):
        return Bank(frame.bank).name.lower()
    return Kind(frame.kind).name.lower() if isinstance(frame, Exec) else "output"


def _modelled(found: "FrameRecord") -> contract.Frame:
    return contract.Frame(
        number=found.number,
        engine=_engine(found.frame),
        what=_what(found.frame),
        layer=found.frame.layer,
        start=found.start,
        end=found.end,
        columns=found.total("columns"),
        issued=found.total("issued"),
        skip_act=found.total("skip_act"),
        skip_wgt=found.total("skip_wgt"),
        beats=found.beats,
        stalls=found.stalls,
        tiles=_issues(found),
    )


def _issues(found: "FrameRecord") -> tuple[Issue, ...]:
    """First and last issue of each tile that issues anything."""
    if found.time is None:
        return ()
    time = found.time
    spans = zip(time.first, time.last, time.columns, time.issued, strict=True)
    return tuple(
        Issue(tile, found.start + int(first), found.start + int(last), int(columns), int(issued))
        for tile, (first, last, columns, issued) in enumerate(spans)
        if first >= 0
    )


def _recorded(frame: Frame, record: Record) -> contract.Frame:
    return contract.Frame(
        number=record.frame,
        engine=_engine(frame),
        what=_what(frame),
        layer=record.layer,
        start=record.start,
        end=record.end,
        columns=record.columns,
        issued=record.issued,
        skip_act=record.skip_act,
        skip_wgt=record.skip_wgt,
        beats=record.beats,
        stalls=record.stalls,
    )
