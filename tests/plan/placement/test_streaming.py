"""What a bank cannot hold together: what stays has a place of its own, the rest comes one ahead."""

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from draw.networks.dense import network, requantized
from tercet import frontends, passes
from tercet.ir.module import input_type
from tercet.ir.types import UI8
from tercet.targets.fabric.choice.cost import cost_of
from tercet.targets.fabric.format.frame import Bank, Exec, Load
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.placement.streaming import bases
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.timeline import timeline
from tercet.targets.fabric.stages.assign import assign
from tercet.targets.fabric.stages.shaping import shape_all
from tercet.targets.fabric.stages.stage import staged
from tercet.targets.fabric.tiles.grid import Grid
from tercet_golden.cycles import predict
from tercet_golden.vectors import make as vectors

ALIGN = 16
SMALL_BANK = "T=4,L=5,bank_a_depth=512"
SIZES = st.lists(st.integers(1, 12).map(lambda n: n * ALIGN), min_size=1, max_size=12)


@settings(deadline=None, max_examples=300)
@given(SIZES, st.integers(12, 40).map(lambda n: n * ALIGN))
def test_what_stays_is_alone_and_neighbours_lie_apart(sizes: list[int], depth: int) -> None:
    places, moving = bases(sizes, depth, ALIGN)
    ends = [at + size for at, size in zip(places, sizes, strict=True)]
    assert all(at % ALIGN == 0 and end <= depth for at, end in zip(places, ends, strict=True))
    assert bool(moving) == (sum(sizes) > depth)
    for n in set(range(len(sizes))) - moving:
        others = (m for m in range(len(sizes)) if m != n)
        assert all(ends[m] <= places[n] or ends[n] <= places[m] for m in others)
    for a, b in pairwise(sorted(moving)):
        apart = ends[a] <= places[b] or ends[b] <= places[a]
        assert apart or sizes[a] + sizes[b] > depth


def dense(rng: np.random.Generator) -> ModuleOp:
    return network(rng, (200, 60, 40, 10), (*[requantized(UI8)] * 2, None))


def test_weights_come_while_the_exec_before_runs() -> None:
    plan = make(dense(np.random.default_rng(1)), named(SMALL_BANK))
    execs = ahead = 0
    for frame in plan.infer.frames:
        if isinstance(frame, Load) and frame.bank == Bank.WEIGHTS:
            assert frame.wait_exec <= max(0, execs - 1), "it waits for the EXEC just before"
            ahead += execs > 0
        execs += isinstance(frame, Exec)
    assert ahead > 1


def test_a_step_of_more_weights_than_a_bank_holds_has_its_exact_cycles() -> None:
    """The sum of its EXECs': else the search would take the network for impossible."""
    spec, whole = named("T=4,L=5,bank_a_depth=64"), named("T=4,L=5,bank_a_depth=4096")
    network, wide = normal(lower(dense(np.random.default_rng(1)))), Grid(bands=1, outs=1, slices=4)
    shape = shape_all(assign(network, dict.fromkeys(network.steps, wide), 5), spec)[0]
    stage = staged(shape, spec)
    assert stage.code.columns > spec.bank_a_depth
    parts, once = (cost_of(stage, each, 1 << 62).execute for each in (spec, whole))
    assert once < parts < 2 * once


@pytest.mark.corners
@pytest.mark.parametrize("model", ["keyword_ds_cnn", "tfc_1w1a", "cnv"])
@pytest.mark.parametrize("fabric", ["tfmbs", "small"])
def test_the_timeline_is_that_of_the_machine_but_for_bus_and_fetch(model: str, fabric: str) -> None:
    found = frontends.resolve(model)
    module = passes.run(frontends.capture(found))
    plan = make(module, named(fabric))
    ran = predict(plan, *(x[:1] for x in vectors(module, found.samples, 1, 1).xs))
    execs = [f.end - f.start for f in ran.runs[0].frames if isinstance(f.frame, Exec)]
    about = timeline(plan.infer.frames, execs, plan.spec)
    assert about == pytest.approx(float(ran.cycles[0]), rel=0.03, abs=60)


def test_small_parts_are_taken_where_more_weights_stay_that_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = passes.run(frontends.capture(frontends.resolve("tfc_1w1a")))
    x = np.random.default_rng(1).integers(0, 2, (1, *input_type(module).get_shape()[1:]))
    small = predict(make(module, named("tfmbs")), x).cycles[0]
    monkeypatch.setattr(sys.modules["tercet.targets.fabric.planner"], "PARTS", (2,))
    assert small < 0.9 * predict(make(module, named("tfmbs")), x).cycles[0]
