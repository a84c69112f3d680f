"""Every model of the zoo on every fabric asked for: integers, memory, registers, cycles."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import pytest

from tercet.ir.types import IntArray
from tercet.report.contract import Check
from tercet.targets.fabric.format.frame import Exec
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.run import Memory, Run, Work, simulate_all
from tercet_golden import cycles
from tercet_golden.compare import compare
from tercet_signoff.checks import rtl_bitexact, rtl_cycles, rtl_protocol, rtl_telemetry
from tercet_signoff.context import CheckContext

SOME = 3
"""Vectors where all of them would only take longer."""
LATENCIES = (1, 37)


def assert_passed(check: Check, least: int) -> None:
    """The check passed, and compared at least so many integers."""
    assert check.verdict == "pass", check.detail
    assert check.compared >= least, check


def assert_same_integers(run: Run, other: Run) -> None:
    """All values of the first vectors, and what came to memory."""
    for found, wanted in ((run.values, other.values), (run.outputs, other.outputs)):
        for name, value in found.items():
            np.testing.assert_array_equal(value, wanted[name][: len(value)], err_msg=name)


def vary(figures: Iterable[IntArray]) -> bool:
    """Whether some figure is not the same for all vectors."""
    return any(len(set(figure.tolist())) > 1 for figure in figures)


def without_skipping(plan: Plan) -> Plan:
    """The same program, every column visited."""
    frames = (replace(f, dense=1) if isinstance(f, Exec) else f for f in plan.infer.frames)
    return replace(plan, infer=replace(plan.infer, frames=tuple(frames)))


@dataclass(frozen=True)
class Others:
    """Some vectors once more: without zero skip, and with memories of other latencies."""

    dense: Run
    late: tuple[Run, ...]
    """One for each of `LATENCIES`."""


@pytest.fixture(scope="session")
def others(signed: CheckContext) -> Others:
    """All of them in one simulation: a simulator takes longer to start than to run a vector."""
    plan, xs = signed.plan, (signed.vectors.x[:SOME],)
    late = [Work(plan, xs, Memory(latency)) for latency in LATENCIES]
    runs = list[Run]()
    for run in simulate_all([Work(without_skipping(plan), xs), *late]):
        assert isinstance(run, Run), run
        runs.append(run)
    return Others(runs[0], tuple(runs[1:]))


def test_every_layer_and_the_output_equal_the_integer_reference(signed: CheckContext) -> None:
    outputs = sum(prod(layer.shape) for layer in signed.plan.layers)
    assert_passed(rtl_bitexact.run(signed), outputs * len(signed.vectors.x))


def test_every_predicted_cycle_is_measured(signed: CheckContext) -> None:
    least = (1 + len(signed.plan.layers)) * len(signed.vectors.x)
    assert_passed(rtl_cycles.run(signed), least)
    counters, layers = signed.rtl.counters, signed.rtl.layer_cycles
    zeros = [counts for name, counts in counters.items() if name.endswith("skip_act")]
    assert vary(zeros) == vary(layers.values()), "cycles follow the zeros of the vectors"


def test_every_telemetry_register_is_as_predicted(signed: CheckContext) -> None:
    registers = 7 + 5 * signed.plan.spec.tiles + 1
    assert_passed(rtl_telemetry.run(signed), registers * len(signed.vectors.x))


def test_random_back_pressure_changes_no_integer(signed: CheckContext) -> None:
    assert_passed(rtl_protocol.run(signed), 1)


def test_the_vectors_are_real_and_random_and_do_not_all_give_the_same(signed: CheckContext) -> None:
    origins = {label.split()[0] for label in signed.vectors.labels}
    assert {"real", "corner:"} <= origins <= {"real", "corner:", "random"}
    (output,) = signed.rtl.outputs.values()
    answers = output.argmax(axis=1)
    assert len(set(answers.tolist())) > 3


def test_without_zero_skip_the_integers_stay_and_the_cycles_are_the_dense_ones(
    signed: CheckContext, others: Others
) -> None:
    run, plan = others.dense, others.dense.plan
    predicted = cycles.predict(plan, signed.vectors.x[:SOME])
    assert_same_integers(run, signed.rtl)
    assert compare(predicted.counters, run.counters).first is None
    np.testing.assert_array_equal(run.cycles, predicted.cycles)
    assert (run.counters["tile0.skip_act"] == 0).all()
    assert (run.cycles >= signed.rtl.cycles[:SOME]).all()
    assert len(set(run.layer_cycles[plan.layers[0].name].tolist())) == 1


@pytest.mark.parametrize("latency", LATENCIES)
def test_a_memory_of_another_latency_is_predicted_exactly(
    signed: CheckContext, others: Others, latency: int
) -> None:
    run = others.late[LATENCIES.index(latency)]
    predicted = cycles.predict(signed.plan, signed.vectors.x[:SOME], latency=latency)
    assert run.cycles.tolist() == predicted.cycles.tolist()
    assert compare(predicted.counters, run.counters).first is None
    want = cycles.predict_setup(signed.plan, latency)
    assert {name: run.setup[name] for name in want} == want
    assert_same_integers(run, signed.rtl)
