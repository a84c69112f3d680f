"""Random CNNs on small fabrics: every value is the reference's, every cycle the model's.

`pytest cosim/test_random_networks.py --networks 2000` draws more of them; `--seed` others.
"""

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from conftest import Options
from tercet.errors import CapacityError
from tercet.fabric.spec import named
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of
from tercet.ir.types import IntArray, shape_of, tensor_type
from tercet.plan import make
from tercet.plan.search import choose
from tercet_cosim.cnns import cnn
from tercet_cosim.networks import randomly
from tercet_cosim.predicted import assert_as_predicted
from tercet_cosim.programs.fabrics import FABRICS
from tercet_cosim.run import Memory

VECTORS = 2
APART = 1_000_000
"""Between the networks of one --seed and those of the next."""
REFUSED = 0.4
"""Share of the networks that the small banks may refuse."""
FABRIC_IDS = [text.split(",")[0] for text in FABRICS]


def drawn_inputs(rng: np.random.Generator, module: ModuleOp) -> list[IntArray]:
    """Vectors of each input, of which a share of 0 to 1 is zero."""
    found = []
    for value in inputs_of(module):
        held, shape = Interval.of(tensor_type(value).element_type), shape_of(value)[1:]
        x = rng.integers(held.low, held.high + 1, (VECTORS, *shape))
        x[rng.random(x.shape) < rng.random()] = 0
        found.append(x)
    return found


def ran(seed: int, fabric: str) -> bool:
    """Whether the network of this seed fits; the search's grids and random ones alternate."""
    rng = np.random.default_rng(seed)
    module = cnn(rng)
    memory = Memory(int(rng.integers(1, 40)), int(rng.choice([0, 0, 0, 120])))
    try:
        plan = make(module, named(fabric), randomly(rng) if seed % 2 else choose)
    except CapacityError as refused:
        print(f"network {seed}: {refused}")
        return False
    assert_as_predicted(module, plan, *drawn_inputs(rng, module), memory=memory)
    return True


@pytest.mark.parametrize("fabric", FABRICS, ids=FABRIC_IDS)
def test_random_networks_run_as_predicted(fabric: str, options: Options) -> None:
    share = -(-options.networks // len(FABRICS))
    begin = APART * options.seed if options.first is None else options.first
    first = begin + share * FABRICS.index(fabric)
    fits = 0
    for seed in range(first, first + share):
        try:
            fits += ran(seed, fabric)
        except Exception as error:
            again = f"python -m pytest cosim/test_random_networks.py --networks {len(FABRICS)}"
            own = seed - FABRICS.index(fabric)
            raise AssertionError(f"on {fabric}; again: {again} --first {own}") from error
    print(f"{fits} of {share} networks from seed {first} ran on {fabric}")
    assert fits > (1 - REFUSED) * share - 2
