"""The search: what it chooses is no worse than the safest choice, and it can say why."""

from collections.abc import Mapping

import numpy as np
import pytest
from tests.helpers.plans.small import residual

from tercet.targets.fabric.choice.cost import cost_of, whole
from tercet.targets.fabric.choice.search import choose, options_of
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.stages.assign import assign
from tercet.targets.fabric.stages.shaping import shape_all
from tercet.targets.fabric.stages.stage import staged
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid

ALL = 1 << 62
FABRICS = ["T=8,L=10", "T=4,L=20", "T=16,L=5"]


def cycles(network: Network, grids: Mapping[Step, Grid], spec: FabricSpec) -> float:
    """Of all steps by the exact model."""
    shapes = shape_all(assign(network, grids, spec.lanes), spec)
    return whole([cost_of(staged(shape, spec), spec, ALL) for shape in shapes], spec)


@pytest.mark.parametrize("fabric", FABRICS)
def test_what_is_chosen_is_no_worse_than_the_safest_grids(fabric: str) -> None:
    rng, spec = np.random.default_rng(len(fabric)), named(fabric)
    network = normal(lower(residual(rng)))
    (choice,) = choose(network, spec)
    chosen = choice.grids
    safest = {step: options_of(step, spec)[0] for step in network.steps}
    assert cycles(network, chosen, spec) <= cycles(network, safest, spec)

    assert list(choice.trials) == list(network.steps)
    for step in network.steps:
        mine = {t.grid: t for t in choice.trials[step]}
        assert set(mine) == set(options_of(step, spec))
        exact = {grid: t.exact for grid, t in mine.items() if t.exact is not None}
        assert min(exact, key=exact.__getitem__) == chosen[step] or min(
            exact.values()
        ) == exact.get(chosen[step])


def test_options_begin_with_bands_and_respect_what_a_step_can_do() -> None:
    spec = named("T=8,L=10")
    for step in normal(lower(residual(np.random.default_rng(1)))).steps:
        options = options_of(step, spec)
        assert all(grid.tiles == 8 for grid in options)
        assert options[0].slices == 1
        assert options[0].bands == max(grid.bands for grid in options)
