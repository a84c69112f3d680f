"""Many networks in one simulation: one that breaks, or is refused, is counted as what it is."""

from dataclasses import replace

import numpy as np
import pytest

from draw.many_networks import Case, hold
from draw.networks.dense import inputs, network, requantized
from draw.tiny_fabrics import fabrics
from tercet.ir.types import UI8
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.timing import time
from tercet_cosim.run import Run, Work, simulate_all

FABRIC = named(fabrics(1, 3)[2])


def case(name: str, *widths: int) -> Case:
    """A network of dense layers."""
    rng = np.random.default_rng(list(name.encode()))
    module = network(rng, widths, (requantized(UI8), None))
    return Case(name, module, (inputs(rng, module, 4, 0),))


CASES = (case("a", 20, 9, 3), case("large", 5000, 60, 3), case("b", 33, 12, 7))


def test_what_fits_passes_and_what_does_not_is_refused_with_its_sentence() -> None:
    tally = hold(CASES, FABRIC)
    assert (tally.passed, set(tally.refused), tally.failed) == (2, {"large"}, {})
    assert "--fabric" in tally.refused["large"]
    assert tally.compared > 0
    assert hold(CASES, FABRIC, 1).passed == 1


def test_a_cycle_model_that_is_off_by_one_fails_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "POST", time.POST + 1)
    tally = hold(CASES, FABRIC)
    assert tally.passed == 0
    assert set(tally.failed) == {"a", "b"}
    assert "irq" in tally.complaints()


def test_a_program_that_the_fabric_refuses_is_found_in_its_place_among_others() -> None:
    good = [Work(make(each.module, FABRIC), each.xs) for each in (CASES[0], CASES[2])]
    plan = good[0].plan
    short = replace(plan, infer=replace(plan.infer, frames=plan.infer.frames[:-1]))
    first, broken, last = simulate_all([good[0], Work(short, good[0].xs), good[1]])
    assert isinstance(first, Run)
    assert isinstance(last, Run)
    assert "error LENGTH in frame" in str(broken)
    alone = simulate_all([good[1]])[0]
    assert isinstance(alone, Run)
    assert last.counters["cycles"].tolist() == alone.counters["cycles"].tolist()
