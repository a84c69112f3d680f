"""Structures of tests/matrix on the simulated fabric: integers, registers and cycles.

`pytest cosim/test_matrix.py --structures` takes all of them.
"""

import pytest
from tests.matrix.structures import Structure, structures
from tests.plan.planned import drawn_inputs, seeded
from xdsl.dialects.builtin import ModuleOp

from conftest import Options
from tercet.errors import CapacityError, UnsupportedError
from tercet.fabric.spec import named
from tercet.plan import Plan, make
from tercet.plan.fit import Chooser
from tercet.plan.search import choose
from tercet_cosim.networks import randomly
from tercet_cosim.predicted import assert_as_predicted

VECTORS = 2
_SIZES = "bank_a_depth=512,bank_b_depth=2048,param_depth=2048"
FABRICS = (
    f"T=2,L=5,out_depth=64,{_SIZES}",
    f"T=4,L=10,TELEMETRY=2,out_depth=128,{_SIZES}",
    f"T=8,L=15,ACC_W=22,out_depth=512,{_SIZES}",
)
SAMPLE = (
    "networks-a_network-9",
    "networks-a_network-12",
    "networks-a_network-15",
    "convolutions-a_convolution_of_two_axes-0-2",
    "convolutions-convolutions_of_every_weight-2",
    "pooling-a_function_that_pools-0",
    "linear-two_linear_layers_on_every_input-1-5",
    "linear-an_activation_behind_a_linear_layer-0",
    "elementwise-one_tensor_used_three_times",
    "movement-a_layer_reads_what_was_moved",
    "batch_norm-behind_a_convolution-0",
    "inputs-an_input_of_every_rank-4",
)
CASES = structures()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_structure_runs_as_predicted(case: Structure, options: Options) -> None:
    if not options.structures and case.name not in SAMPLE:
        pytest.skip("--structures runs it")
    rng, ran = seeded(case.name), 0
    fabric = FABRICS[int(rng.integers(len(FABRICS)))]
    for module in case.modules():
        for chooser in (choose, randomly(rng)):
            plan = fitting(module, fabric, chooser)
            if plan is not None:
                assert_as_predicted(module, plan, *drawn_inputs(module, rng, VECTORS))
                ran += 1
    assert ran or case.name not in SAMPLE, "it is refused"


def fitting(module: ModuleOp, fabric: str, chooser: Chooser) -> Plan | None:
    """The plan, or None where it is refused."""
    try:
        return make(module, named(fabric), chooser)
    except (CapacityError, UnsupportedError) as refused:
        print(f"{fabric}: {refused}")
        return None
