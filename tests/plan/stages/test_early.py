"""A dense layer that begins before its input is complete."""

import numpy as np
import pytest
from tests.helpers.plans.concurrent import require_apart
from tests.helpers.plans.planned import require_as_reference

from draw.networks.dense import network, requantized
from tercet.ir.types import UI8, IntArray
from tercet.targets.fabric.format.frame import Bank, Exec, Load
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet_golden.cycles import predict

INPUTS = 784


def planned(outputs: int, *, seed: int = 1) -> tuple[Plan, IntArray, object]:
    rng = np.random.default_rng(seed)
    module = network(rng, (INPUTS, outputs, 10), (requantized(UI8), None))
    return make(module, named("tfmbs")), rng.integers(0, 256, (2, INPUTS)), module


def test_one_pass_goes_on_with_the_sums_of_the_first_half() -> None:
    plan, x, module = planned(50)
    first, second, _ = plan.infer.execs.values()
    assert (first.chain, second.chain) == (1, 0)
    assert (first.layer, second.layer) == (0, 0)
    assert first.wait_load + 1 == second.wait_load, "it waits for the first half alone"
    loads = [f for f in plan.infer.frames if isinstance(f, Load) and f.bank == Bank.ACTIVATIONS]
    assert [8 * load.beats for load in loads] == [INPUTS // 2] * 2
    assert loads[1].base == loads[0].base + INPUTS // 2
    assert require_apart(plan) > 0, "a LOAD and an EXEC at the same time"
    assert require_as_reference(module, plan, x) > 0  # type: ignore[arg-type]


def test_it_saves_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, x, _ = planned(50)
    sooner = predict(plan, x).cycles
    monkeypatch.setattr("tercet.targets.fabric.stages.early_start.LEAST", INPUTS)
    whole, x, _ = planned(50)
    assert len(whole.infer.execs) == 2
    assert (sooner + 20 < predict(whole, x).cycles).all()


def test_several_passes_wait_for_the_whole_input() -> None:
    plan, *_ = planned(100)
    assert not any(frame.chain for frame in plan.infer.frames if isinstance(frame, Exec))


def test_the_search_takes_the_early_start_for_what_it_saves() -> None:
    """By cycles of EXECs alone, slices of inputs would be better; these cannot begin early."""
    rng = np.random.default_rng(1)
    module = network(rng, (INPUTS, 56, 10), (requantized(UI8), None), density=1.0)
    plan = make(module, named("tfmbs"))
    assert next(iter(plan.infer.execs.values())).chain == 1
