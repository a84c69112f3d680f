"""Programs of several inputs on the simulated fabric: integers, registers, cycles."""

import numpy as np
import pytest
from tests.helpers.plans.planned import drawn_inputs
from tests.helpers.plans.small import residual

from draw.networks.dense import network, requantized
from draw.predicted import assert_as_predicted
from tercet import frontends, passes
from tercet.ir.types import UI8
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet_cosim.run import Memory
from tercet_golden.vectors import make as vectors

SIZES = "T=2,L=5,ACC_W=20,bank_a_depth=512,bank_b_depth=1024,param_depth=512,out_depth=64"
TIGHT = "T=2,L=5,bank_a_depth=128,bank_b_depth=256,walk_depth=64,param_depth=16"


def test_digits_cnn_runs_in_batches_of_three() -> None:
    """Seven vectors: the last batch is filled up."""
    model = frontends.resolve("digits_cnn")
    module = passes.run(frontends.capture(model))
    x = [each[-7:] for each in vectors(module, model.samples, 7, 1).xs]
    plan = make(module, named("small"), batch=3)
    run = assert_as_predicted(module, plan, *x)
    alone = assert_as_predicted(module, make(module, named("small")), *x)
    assert run.cycles[:2].sum() < alone.cycles[:6].sum(), "nothing overlaps"
    for name, value in alone.values.items():
        np.testing.assert_array_equal(run.values[name], value, err_msg=name)


@pytest.mark.parametrize("memory", [Memory(1), Memory(30), Memory(3, stall=96)], ids=str)
def test_a_dense_network_runs_in_batches(memory: Memory, rng: np.random.Generator) -> None:
    module = network(rng, (150, 8, 40), (requantized(UI8), None))
    x = drawn_inputs(module, rng, 5)
    for batch in (2, 5):
        assert_as_predicted(module, make(module, named(SIZES), batch=batch), *x, memory=memory)


def test_what_is_streamed_and_spilled_is_for_every_input(rng: np.random.Generator) -> None:
    module = residual(np.random.default_rng(1), size=8)
    plan = make(module, named(TIGHT), batch=3)
    assert_as_predicted(module, plan, *drawn_inputs(module, rng, 4))
