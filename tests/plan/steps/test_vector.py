"""Steps that work value by value."""

import numpy as np
from tests.helpers.plans.small import residual

from tercet.targets.fabric.format.spec import WORD, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.steps.vector import copy_of
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import lay_out


def test_lanes_that_make_nothing_read_nothing_behind_the_operand() -> None:
    """Not even at the last position, where no gap to the next word is left."""
    (step, *_) = lower(residual(np.random.default_rng(1), size=5)).steps
    x, grid, found = step.result, Grid(1, 2, 1), []
    copy, spans = copy_of(x, x), np.array([[0, x.positions // WORD * WORD]])
    for layout in (lay_out(x, grid, spans), lay_out(x, grid, spans, groups=x.channels - 1)):
        found.append(list(copy.group_counts(grid, (layout,), 1)))
        for groups in found[-1]:
            lanes = copy.made(grid, (layout,), groups, named("small")).lanes
            last = (lanes * groups - 1) * layout.channel_step
            assert last + (layout.span - 1) * layout.position_step < layout.size
    tight, wide = found
    assert set(tight) == {g for g in range(1, x.channels + 1) if x.channels % g == 0}
    assert x.channels - 1 in wide
