"""Parts that are written straight into what they are concatenated to, on the simulated fabric."""

import numpy as np
import pytest
from tests.helpers.plans.joins import NETWORKS
from tests.helpers.plans.planned import drawn_inputs

from draw.predicted import assert_as_predicted
from tercet.ir.names import value_names
from tercet.ops.concat import Concat
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make

FABRIC = "small"


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("batch", [1, 2])
def test_parts_are_written_beside_each_other(
    name: str, batch: int, rng: np.random.Generator
) -> None:
    """Layers read a part of a tensor while they write another part of it."""
    module = NETWORKS[name](np.random.default_rng(1))
    plan = make(module, named(FABRIC), batch=batch)
    run = assert_as_predicted(module, plan, *drawn_inputs(module, rng, 3))
    names = value_names(module)
    joined = {names[op.results[0]] for op in module.walk() if isinstance(op, Concat)}
    assert joined
    assert joined <= set(run.values), "each concatenation is compared, copied or not"
