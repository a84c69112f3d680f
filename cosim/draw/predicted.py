"""Comparison of the simulated fabric with the integer reference and the cycle model."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.types import IntArray
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.run import Memory, Run, Work, simulate
from tercet_golden import cycles, integer
from tercet_golden.compare import compare

PLAIN = Memory()


def assert_as_predicted(module: ModuleOp, plan: Plan, *xs: IntArray, memory: Memory = PLAIN) -> Run:
    """Assert that values equal the reference, registers and cycles their predictions."""
    run = simulate(plan, *xs, memory=memory)
    require_as_predicted(module, run, Work(plan, xs, memory))
    return run


def require_as_predicted(module: ModuleOp, run: Run, work: Work) -> int:
    """Assert the same of a run; returns the number of compared elements."""
    plan, xs, memory = work.plan, work.xs, work.memory
    predicted = cycles.predict(plan, *xs, latency=memory.latency)
    want, compared = integer.run(module, *xs), 0
    names = {layer.result_name for layer in plan.layers} | set(run.values) | set(run.outputs)
    for name in names:
        for found in (run.values, run.outputs):
            if name in found and name in want:  # other values are the planner's own
                expected = want[name].reshape(len(xs[0]), -1)
                np.testing.assert_array_equal(found[name], expected, err_msg=name)
                compared += expected.size
    assert set(run.outputs) <= set(want)
    assert compared
    assert {layer.sum_name for layer in plan.layers} <= set(run.values) | {None}
    if memory.stall:
        return compared
    np.testing.assert_array_equal(run.cycles, predicted.cycles, err_msg="doorbell to irq")
    for name, each in predicted.layer_cycles.items():
        np.testing.assert_array_equal(run.layer_cycles[name], each, err_msg=name)
    assert set(predicted.counters) == set(run.counters)
    outcome = compare(predicted.counters, run.counters)
    assert outcome.first is None, outcome
    setup = cycles.predict_setup(plan, memory.latency)
    assert {name: run.setup[name] for name in setup if name in run.setup} == setup
    return compared
