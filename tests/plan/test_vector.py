"""Steps that work value by value."""

import numpy as np
from tests.plan.small import residual

from tercet.fabric.spec import WORD
from tercet.plan import vector
from tercet.plan.assign import copy_of
from tercet.plan.grid import Grid
from tercet.plan.layout import lay_out
from tercet.plan.lower import lower


def test_lanes_that_make_nothing_read_nothing_behind_the_operand() -> None:
    """Not even at the last position, where no gap to the next word is left."""
    (step, *_) = lower(residual(np.random.default_rng(1), size=5)).steps
    x, grid, found = step.result, Grid(1, 2, 1), []
    copy, spans = copy_of(x, x), np.array([[0, x.positions // WORD * WORD]])
    for layout in (lay_out(x, grid, spans), lay_out(x, grid, spans, groups=x.channels - 1)):
        found.append(list(vector.group_counts(copy, grid, (layout,))))
        for groups in found[-1]:
            lanes = vector.made_of(copy, grid, (layout,), groups).lanes
            last = (lanes * groups - 1) * layout.channel_step
            assert last + (layout.span - 1) * layout.position_step < layout.size
    tight, wide = found
    assert set(tight) == {g for g in range(1, x.channels + 1) if x.channels % g == 0}
    assert x.channels - 1 in wide
