"""Random CNNs on random fabrics: every value is the reference's, every cycle the model's.

`pytest cosim/test_random_networks.py --networks 2000` draws more of them; `--seed` others.
"""

from collections.abc import Callable, Iterator
from itertools import count, islice

import numpy as np
import pytest
from tests.helpers.plans.planned import drawn_inputs

from conftest import TOLD, Options, drawn
from draw.many_networks import Case, hold
from draw.networks.convolutional import cnn
from draw.networks.dense import randomly
from draw.tiny_fabrics import fabrics
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.spec import named
from tercet_cosim.run import Memory

VECTORS = 2
CONFIGURATIONS = 4
APART = 1_000_000
"""Between the networks of one --seed and those of the next."""
DRAWS = 3
"""How many networks are drawn for one that runs: those that do not fit are drawn again."""
STALLS = (0, 0, 0, 120)


def case(seed: int) -> Case:
    """The network of this seed; the search's grids and random ones alternate."""
    rng = np.random.default_rng(seed)
    module = cnn(rng)
    memory = Memory(int(rng.integers(1, 40)), int(rng.choice(STALLS)))
    chooser = randomly(rng) if seed % 2 else choose
    return Case(f"{seed}", module, tuple(drawn_inputs(module, rng, VECTORS)), chooser, memory)


@pytest.mark.parametrize("number", drawn(range(CONFIGURATIONS), "fabric"))
def test_random_networks_run_as_predicted(
    number: int, options: Options, record_property: Callable[[str, object], None]
) -> None:
    """As many as were asked for run; those that tiny banks refuse are counted besides."""
    fabric = fabrics(options.seed, CONFIGURATIONS)[number]
    share = -(-options.networks // CONFIGURATIONS)
    first = APART * options.seed + APART // CONFIGURATIONS * number
    seeds: Iterator[int] = count(first if options.first is None else options.first)
    tally = hold(map(case, islice(seeds, DRAWS * share)), named(fabric), share)
    record_property(TOLD, f"random networks from {first}: {tally.told()}")
    print(tally.refusals())
    again = (
        f"one again: python -m pytest cosim/test_random_networks.py -k fabric{number} --networks"
        f" {CONFIGURATIONS} --seed {options.seed} --first <its number>"
    )
    assert not tally.failed, f"{tally.complaints()}\n{again}"
    assert tally.passed == share, "too many do not fit"
