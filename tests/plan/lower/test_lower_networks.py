"""The structures of the matrix as steps: equal to the integer reference, or refused."""

from collections.abc import Callable, Sequence
from typing import Any

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from tests.helpers.matrix import networks
from tests.helpers.matrix.networks import Net
from tests.helpers.matrix.parts import (
    WIDTHS,
    Fan,
    Signed,
    act,
    conv,
    conv1,
    entry,
    pixels,
    relu,
    samples,
)
from tests.helpers.matrix.proof import trained
from tests.helpers.plans.steps_compare import require_equal
from tests.matrix.test_convolutions import TRANSPOSED, UNEVEN, WINDOWS, transposed
from tests.matrix.test_elementwise import JOINS, Meets
from tests.matrix.test_movement import MOVES, Moved
from tests.matrix.test_networks import NETWORKS
from tests.matrix.test_pooling import LARGEST, MEANS, OF_ONE_AXIS
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.errors import UnsupportedError
from tercet.ir.host.boundary import entries_of
from tercet.ir.module import inputs_of, ops_of
from tercet.ir.types import shape_of, values_of
from tercet.ops.pair_table import PairTable
from tercet.quantizers import TernaryWeight
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.rules.joins import MOST_PAIRS
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.vector import Vector

RUNS = 3


@pytest.fixture(autouse=True)
def seed(request: pytest.FixtureRequest) -> None:
    torch.manual_seed(sum(request.node.nodeid.encode()))


def integers(model: nn.Module, *inputs: Tensor, threshold_bits: int = 0) -> ModuleOp:
    captured = frontends.load(trained(model, *inputs), inputs)
    return passes.run(captured, passes.in_order(threshold_bits))


def proven(module: ModuleOp) -> Network:
    network = lower(module)
    arguments = list(zip(entries_of(module), inputs_of(module), strict=True))
    for run in range(RUNS):
        rng = np.random.default_rng(run)
        inputs = [
            one.possible(rng.integers(one.clip.low, one.clip.high + 1, shape_of(value)))
            for one, value in arguments
        ]
        assert require_equal(module, network, inputs) > 0
    return network


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_a_network(network: Callable[[], Net]) -> None:
    model = network()
    assert proven(integers(model, pixels(*model.shape, rows=model.rows))).steps


@pytest.mark.corners
@pytest.mark.parametrize("bits", [0, 4])
@pytest.mark.parametrize("weight", WIDTHS)
def test_networks_of_every_weight(weight: str, bits: int) -> None:
    kind = WIDTHS[weight]
    chain = integers(networks.JetTagging(kind), samples(16, rows=40), threshold_bits=bits)
    assert len(proven(chain).steps) == 4
    shape = networks.LeNet.shape
    lenet = integers(networks.LeNet(kind), pixels(*shape, rows=4), threshold_bits=bits)
    assert len(proven(lenet).steps) == 7  # two pools among them, no copy
    model = networks.ResNet((4, 8), 1, kind)
    residual = proven(integers(model, pixels(3, 8, 8, rows=8), threshold_bits=bits))
    assert not any("copy" in step.result.name for step in residual.steps)


@pytest.mark.parametrize("weight", WIDTHS)
def test_convolutions(weight: str) -> None:
    mine = [*WINDOWS, *UNEVEN][list(WIDTHS).index(weight) :: len(WIDTHS)]
    layers = [conv(4, 4, weight=WIDTHS[weight], **window) for window in mine]
    branches = [nn.Sequential(layer, nn.ReLU(), act()) for layer in layers]
    network = proven(integers(Fan(entry(), *branches), samples(4, 9, 7, rows=6)))
    assert not any(isinstance(step, Vector) for step in network.steps)


def test_convolutions_of_one_axis_and_transposed_ones() -> None:
    branches = [nn.Sequential(conv1(4, 8, **window), relu()) for window in WINDOWS]
    proven(integers(Fan(entry(), *branches), samples(4, 13)))
    options = [one for one in TRANSPOSED if "groups" not in one]
    for kind, shape in ((qnn.QuantConvTranspose2d, (4, 5, 4)), (qnn.QuantConvTranspose1d, (4, 7))):
        layers = [transposed(kind, TernaryWeight, option) for option in options]
        fan = Fan(entry(), *(nn.Sequential(layer, nn.ReLU(), act()) for layer in layers))
        network = proven(integers(fan, samples(*shape, rows=6)))
        assert len(network.steps) == len(options)


@pytest.mark.parametrize("pools", [LARGEST, MEANS], ids=["greatest", "means"])
def test_pools(pools: Sequence[nn.Module]) -> None:
    branches = [nn.Sequential(pool, act()) for pool in pools]
    proven(integers(Fan(entry(Signed), *branches), samples(2, 9, 7)))


def test_pools_of_one_axis() -> None:
    branches = [nn.Sequential(pool, act()) for pool in OF_ONE_AXIS]
    proven(integers(Fan(entry(), *branches), samples(3, 11)))


@pytest.mark.parametrize("name", JOINS)
def test_two_branches_that_meet(name: str) -> None:
    module = integers(Meets([name], Signed, Signed), samples(3, 6, 5))
    pairs = [op for op in ops_of(module) if isinstance(op, PairTable)]
    if pairs and values_of(pairs[0].table).size > MOST_PAIRS:
        with pytest.raises(UnsupportedError, match="its table of two operands has"):
            lower(module)
    else:
        proven(module)


@pytest.mark.parametrize("part", range(4))
def test_functions_that_move_data(part: int) -> None:
    module = integers(Moved(list(MOVES)[part::4]), samples(4, 6, 2))
    proven(module)


def test_a_layer_that_reads_sums_is_refused() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.entry, self.conv, self.out = act(), conv(3, 3, padding=1), act()

        def forward(self, x: Tensor) -> Any:
            x = self.entry(x)
            return self.out(self.conv(x) + x)

    with pytest.raises(UnsupportedError, match="reads the sums conv"):
        lower(integers(Both(), samples(3, 6, 5)))
