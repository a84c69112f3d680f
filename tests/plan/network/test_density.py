"""How dense activations are taken to be."""

from dataclasses import replace

import numpy as np
from tests.helpers.plans.small import residual

from draw.networks.dense import network, requantized
from tercet.ir.types import SI8
from tercet.targets.fabric.choice.cost import Cost, whole
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.density import SIGNED, USUAL, densities_of
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.steps.closings import Rescale
from tercet.targets.fabric.steps.mac import Mac

SPEC = named("T=4,L=5,bank_a_depth=128")


def test_what_is_cut_off_at_zero_is_half_zero_and_what_has_a_sign_is_not() -> None:
    lowered = lower(network(np.random.default_rng(1), (20, 8, 4), (requantized(SI8), None)))
    first, last = lowered.steps
    assert isinstance(first, Mac)
    assert isinstance(first.closing, Rescale)
    assert first.closing.low < first.result.zero_point < first.closing.high
    assert densities_of(lowered)[first.result.name] > 0.99
    cut = replace(first.result, zero_point=first.closing.low)
    assert isinstance(last, Mac)
    steps = (replace(first, result=cut), replace(last, operands=(cut,)))
    assert densities_of(replace(lowered, steps=steps))[cut.name] == USUAL
    assert densities_of(lowered)[lowered.inputs[0].name] in (USUAL, SIGNED)


def test_the_greatest_of_some_is_denser() -> None:
    steps = normal(lower(residual(np.random.default_rng(1)))).steps
    found = densities_of(normal(lower(residual(np.random.default_rng(1)))))
    (pool,) = (step for step in steps if step.name == "pool")
    assert all(0 < share <= 1 for share in found.values())
    assert found[pool.result.name] >= USUAL


def test_small_weights_stay_and_large_ones_hide_behind_the_exec_before() -> None:
    small, large = Cost(100, 64, 32), Cost(100, 192, 64)
    assert whole([small] * 4, SPEC) == 400, "all fit"
    found = whole([small, large, large], SPEC)
    assert 400 < found < 600, "only what the EXEC before does not hide is waited for"
    assert whole([Cost(9, 1, 64), Cost(9, 1, 64, turned=1)], SPEC) == 10, "turned, if it stays"
