"""Comparison of random programs on the simulated RTL with the cycle model."""

from collections.abc import Sequence
from pathlib import Path

from draw.programs.compare import difference
from draw.programs.draw import draw
from draw.programs.model import expected
from draw.programs.program import RandomProgram
from tercet.targets.fabric.format.spec import FabricSpec
from tercet_cosim.bench.batch import Item
from tercet_cosim.bench.process import BatchError, batch
from tercet_cosim.build.build import build

BATCH = 50
"""Programs of one simulation."""
STALLS = (0, 0, 0, 40, 128, 220)
"""The memory's stalls, program by program; with stalls, only integers are compared."""


def differences(
    spec: FabricSpec,
    seeds: Sequence[int],
    *,
    rtl: Path | None = None,
    waves: Path | None = None,
) -> dict[int, str]:
    """The first difference of every program by its seed, with the command that reruns it."""
    built = build(spec, waves=waves is not None, rtl=rtl)
    found = {}
    for at in range(0, len(seeds), BATCH):
        programs = [draw(seed, spec) for seed in seeds[at : at + BATCH]]
        items = [item_of(program) for program in programs]
        broke = ""
        try:
            ran = batch(built, items, waves)
        except BatchError as error:
            ran, broke = error.ran, str(error)
        for program, item, each in zip(programs, items, ran, strict=False):
            told = difference(program, expected(program), each, timing=not item.stall)
            if told:
                found[program.seed] = f"{told}\n  {rerun(program)}"
        if broke:
            program = programs[min(len(ran), len(programs) - 1)]
            found.setdefault(program.seed, f"{broke}\n  {rerun(program)}")
    return found


def item_of(program: RandomProgram) -> Item:
    """The program for the simulator."""
    return Item(
        memory=program.memory,
        window=program.window,
        address=program.address,
        frames=len(program.frames),
        latency=program.latency,
        records=program.records,
        stall=STALLS[program.seed % len(STALLS)],
    )


def rerun(program: RandomProgram) -> str:
    """The command that runs one program again."""
    return f"PYTHONPATH=cosim python -m draw.programs {program.seed} {program.spec.name}"
