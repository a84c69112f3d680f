"""What a fabric ran before changes nothing of an inference: no integer, no cycle, no counter."""

import numpy as np
import pytest
from tests.helpers.plans.planned import drawn_inputs, seeded, with_layer
from tests.matrix.structures import structures

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet_golden.cycles import Machine, Ran

CASES = {case.name: case for case in structures()}
IDLE = (
    *((f"convolutions-images_of_every_shape-{n}", "small") for n in range(4)),
    ("pooling-a_pool_of_a_quantized_tensor-1-1", "tfmbs"),
)
"""Their slices have places that nobody writes; the last one reads tables there."""
PARTLY = 8


def ran(plan: Plan, x: tuple[IntArray, ...], before: np.random.Generator | None) -> tuple[Ran, str]:
    """An inference, on banks of zeros or on what is drawn; and what came to memory."""
    machine, memory = Machine(plan.spec), plan.image()
    if before is not None:
        machine.banks.acts[:] = before.integers(-255, 256, machine.banks.acts.shape)
    machine.run(plan.setup.address, plan.setup.frames, memory)
    (data,) = plan.pack(*x)
    memory[plan.input_address : plan.input_address + len(data)] = data
    found = machine.run(plan.infer.address, plan.infer.frames, memory)
    return found, memory[plan.output_address :][: plan.output_bytes].tobytes().hex()


@pytest.mark.parametrize(("name", "fabric"), IDLE)
def test_an_inference_does_not_depend_on_what_ran_before(name: str, fabric: str) -> None:
    rng = seeded(name)
    for module in CASES[name].modules():
        plan = make(module, named(fabric))
        xs = tuple(drawn_inputs(module, rng, 1))
        fresh, used = ran(plan, xs, None), ran(plan, xs, rng)
        assert fresh[0].counters == used[0].counters
        assert fresh[0].cycles == used[0].cycles
        assert fresh[1] == used[1]


def test_nor_does_a_slice_with_some_of_its_groups() -> None:
    """Its other groups read what nobody writes; those of a mean had the columns of all."""
    partly = with_layer(
        lambda x: x.kind == "depthwise" and not x.weight_sparsity and x.shape[1] % x.groups > 0,
        PARTLY,
        "T=4,L=15",
    )
    for module, plan, rng in partly:
        xs = tuple(drawn_inputs(module, rng, 1))
        assert ran(plan, xs, None)[0].counters == ran(plan, xs, rng)[0].counters
