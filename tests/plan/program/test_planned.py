"""The structures of the matrix, planned and run in the model: every value is the reference's.

`pytest tests/plan/program/test_planned.py --planned` takes all of them, on every fabric.
"""

import numpy as np
import pytest
from tests.helpers.plans.planned import (
    drawn_fabric,
    drawn_inputs,
    planned,
    require_as_reference,
    seeded,
    with_layer,
)
from tests.matrix.structures import Structure, structures
from tests.plan.conftest import every_structure
from xdsl.dialects.builtin import ModuleOp

from draw.networks.convolutional import cnn
from draw.networks.dense import randomly
from tercet.errors import CapacityError, UnsupportedError
from tercet.targets.effort import Asked
from tercet.targets.fabric.choice.search import Choice, choose
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.steps.depthwise import Depthwise
from tercet.targets.fabric.tiles.grid import Grid

NAMED = ("tfmbs", "small", "large")
DRAWN = 3
SAMPLE = (
    "networks-a_network-15",
    "convolutions-a_convolution_of_two_axes-0-2",
    "linear-two_linear_layers_on_every_input-1-5",
    "elementwise-one_tensor_used_three_times",
    "movement-a_layer_reads_what_was_moved",
    "movement-a_layer_that_moves_data-0",
)
NETWORKS = 24
ALIKE = 8


@pytest.fixture
def everything(request: pytest.FixtureRequest) -> bool:
    return every_structure(request.config)


def ran(module: ModuleOp, fabric: str, rng: np.random.Generator) -> int:
    """How many elements were compared, with the search's grids and with random ones."""
    count = 0
    for chooser in (choose, randomly(rng)):
        plan, refusals = planned(module, fabric, chooser)
        print(f"{plan.spec.name}: {[f'{x.name} {x.grid}' for x in plan.layers]}, {refusals}")
        count += require_as_reference(module, plan, *drawn_inputs(module, rng, 1))
    return count


def fabrics(rng: np.random.Generator) -> list[str]:
    return [*NAMED, *(drawn_fabric(rng) for _ in range(DRAWN))]


def test_a_structure_computes_the_reference(structure: Structure, everything: bool) -> None:
    rng = seeded(structure.name)
    for module in structure.modules():
        try:
            lower(module)
        except UnsupportedError:
            continue
        some = fabrics(rng)
        for fabric in some if everything else rng.permutation(np.array(some))[:2].tolist():
            assert ran(module, fabric, rng) > 0


def test_random_networks_compute_the_reference() -> None:
    """A few that need what no fabric has are refused."""
    refused = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        module = cnn(rng)
        print(f"seed {seed}")
        try:
            assert ran(module, drawn_fabric(rng), rng) > 0
        except CapacityError as error:
            refused.append(str(error))
    assert all("quantize per tensor" in why for why in refused), refused
    assert len(refused) < NETWORKS // 4


def test_as_many_slices_of_outputs_as_of_inputs_compute_the_reference() -> None:
    """Where a step's sources are either, their number does not tell which."""
    alike = with_layer(
        lambda x: x.kind == "vector" and x.grid.outs == x.grid.slices == 2, ALIKE, "T=4,L=15"
    )
    for module, plan, rng in alike:
        assert require_as_reference(module, plan, *drawn_inputs(module, rng, 1)) > 0


def test_steps_on_unlike_grids_make_parts_of_one_output() -> None:
    """Each has its room for channels that there are not; where a position lies is one for all."""

    def in_turn(network: Network, spec: FabricSpec, asked: Asked) -> list[Choice]:
        grids = [Grid(bands=1, outs=1, slices=4), Grid(bands=4, outs=1, slices=1)]
        means = [step for step in network.steps if isinstance(step, Depthwise)]
        assert len({step.result for step in means}) < len(means)
        odd = {step: grids[n % 2] for n, step in enumerate(means)}
        return [Choice(dict.fromkeys(network.steps, grids[1]) | odd)]

    case = next(x for x in structures() if x.name == "pooling-a_pool_of_a_quantized_tensor-0-1")
    (module,) = case.modules()
    plan = make(module, named("T=4,L=15"), in_turn)
    xs = drawn_inputs(module, np.random.default_rng(1), 1)
    assert require_as_reference(module, plan, *xs) > 0
