"""Random programs that no planner made: every integer, register and cycle is the model's."""

from collections import Counter

import numpy as np
import pytest

from conftest import Options
from draw.programs.draw import draw
from draw.programs.fabrics import FABRICS
from draw.programs.model import expected
from draw.programs.run import differences
from tercet.targets.fabric.format.frame import Bank, Exec, Frame, Kind, Load, Mode, Opcode
from tercet.targets.fabric.format.spec import named
from tercet_golden.cycles import Machine

APART = 100_000
"""Between the programs of one --seed and those of the next."""
IDS = [text.split(",")[0] for text in FABRICS]


@pytest.mark.parametrize("fabric", FABRICS, ids=IDS)
def test_the_rtl_does_what_the_model_says(fabric: str, options: Options) -> None:
    count = -(-options.programs // len(FABRICS))
    first = APART * options.seed
    found = differences(named(fabric), range(first, first + count))
    told = [f"program {seed}: {text}" for seed, text in found.items()]
    assert not told, f"{len(told)} of {count} programs differ\n" + "\n".join(told[:5])


def test_the_programs_reach_everything() -> None:
    """Every kind, mode and bank; results in both banks; chains, planes, waits that overlap."""
    seen: Counter[str] = Counter()
    for seed in range(60):
        for frame in draw(seed, named(FABRICS[2])).frames:
            seen.update(_features(frame))
    missing = {name for name in _WANTED if not seen[name]}
    assert not missing, missing


def test_engines_overlap_and_some_sums_are_large() -> None:
    spec = named(FABRICS[3])
    alone = together = largest = 0
    for seed in range(10):
        program = draw(seed, spec)
        memory = program.memory.copy()
        machine = Machine(spec)
        ran = machine.run(program.address, program.frames, memory, program.latency)
        together += ran.cycles
        alone += sum(record.end - record.start for record in ran.frames)
        sums = [np.abs(r.heard.sums).max(initial=0) for r in ran.frames if r.heard is not None]
        largest = max([largest, *map(int, sums)])
        assert ran.counters["overflow"] == 0
    assert alone > 1.05 * together
    assert largest > 1 << (spec.acc_width - 8)


def test_a_program_is_its_seed() -> None:
    spec = named(FABRICS[1])
    first, again, other = (draw(seed, spec) for seed in (5, 5, 6))
    assert first.frames == again.frames
    assert np.array_equal(expected(first).memory, expected(again).memory)
    assert first.frames != other.frames


_WANTED = {
    *(f"bank {bank.name}" for bank in Bank),
    *(f"VECTOR {mode.name}" for mode in Mode),
    *("MAC PRODUCT", "MAC THRESHOLD", "EXPORT", "STORE", "chain", "dense", "wide", "to_c"),
    *("some tiles", "sums of several tiles", "steps back", "waits for a LOAD", "waits for an EXEC"),
    "waits for a STORE",
}


def _features(frame: Frame) -> list[str]:
    """What a frame has of `_WANTED`."""
    waits = {"LOAD": frame.wait_load, "EXEC": frame.wait_exec, "STORE": frame.wait_store}
    articles = {"LOAD": "a", "EXEC": "an", "STORE": "a"}
    found = [f"waits for {articles[name]} {name}" for name, count in waits.items() if count]
    if isinstance(frame, Load):
        return [*found, f"bank {Bank(frame.bank).name}"]
    if not isinstance(frame, Exec):
        return [*found, Opcode(frame.opcode).name]
    if frame.kind == Kind.EXPORT:
        return [*found, "EXPORT"]
    found += [name for name in ("chain", "dense", "wide", "to_c") if getattr(frame, name)]
    found += ["some tiles"] * (frame.mask != 15) + ["sums of several tiles"] * (frame.log2_tk > 0)
    found += ["steps back"] * (max(frame.act_group, frame.out_lane, frame.param_lane) > 1 << 15)
    return [*found, f"{Kind(frame.kind).name} {Mode(frame.mode).name}"]
