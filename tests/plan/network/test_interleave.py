"""Channels in another order: the same network, and slices that are alike."""

import numpy as np
import pytest
from tests.helpers.plans.planned import require_as_reference
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import LayerOp
from tercet.ir.types import UI8, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.channel_order import interleaved
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.steps.mac import Mac

SPEC = named("T=8,L=10")
WIDTH = 28


def mlp(rng: np.random.Generator, hidden: int = 37) -> ModuleOp:
    """A picture and two dense layers, with a quantizer of its own for every channel."""

    def body(x: SSAValue) -> list[LayerOp]:
        weights = rng.integers(-1, 2, (hidden, WIDTH**2)) * rng.integers(0, 2, (1, WIDTH**2))
        first = Linear(x, weights, rng.integers(-9, 10, hidden), layer="fc1")
        mul, add = rng.integers(1, 9, hidden), rng.integers(-50, 50, hidden)
        act = Requantize(first.acc, mul, add, 7 + 0 * mul, Interval(0, 255), Result(UI8, "fc1"))
        return [first, act, Linear(act.y, rng.integers(-1, 2, (10, hidden)), layer="fc2")]

    return build([tensor((1, WIDTH**2), UI8)], body)


@pytest.mark.parametrize("slices", [2, 4, 8, 16])
def test_every_slice_sees_the_whole_picture(slices: int) -> None:
    found = interleaved(normal(lower(mlp(np.random.default_rng(1)))), SPEC)
    (order,) = found.inputs[0].order
    assert sorted(order.tolist()) == list(range(WIDTH**2))
    rows, columns = np.divmod(order.reshape(slices, -1), WIDTH)
    for axis in (rows, columns):
        counts = np.array([np.bincount(axis[k], minlength=WIDTH) for k in range(slices)])
        assert np.ptp(counts, axis=0).max() <= 2, "an even share of every row and column"
    at = np.empty(WIDTH**2, np.int64)
    at[order] = np.repeat(np.arange(slices), WIDTH**2 // slices)
    image = at.reshape(WIDTH, WIDTH)
    same = (image[1:] == image[:-1]).mean(), (image[:, 1:] == image[:, :-1]).mean()
    assert max(same) < 0.1, "neighbours lie in different slices"


def test_what_costs_as_many_columns_is_dealt_out() -> None:
    rng = np.random.default_rng(2)
    network = normal(lower(mlp(rng, 64)))
    (_, last) = network.steps
    assert isinstance(last, Mac)
    last.weights[:, :, :32] = 0  # the first half costs nothing
    (_, last) = interleaved(network, SPEC).steps
    assert isinstance(last, Mac)
    live = (last.weights != 0).any((0, 1)).reshape(8, 8).sum(1)
    assert live.tolist() == [4] * 8


def test_results_are_those_of_the_network() -> None:
    rng = np.random.default_rng(3)
    module = mlp(rng)
    x = rng.integers(0, 256, (4, WIDTH**2))
    plan = make(module, SPEC)
    assert not np.array_equal(plan.inputs[0].elements[: WIDTH**2], np.arange(WIDTH**2))
    assert require_as_reference(module, plan, x) > 0
