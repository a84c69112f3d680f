"""Graphs drawn at random, through import, passes and references: no difference, no crash.

`pytest tests/matrix --graphs 5000` draws more of them.
"""

import pytest
from hypothesis import HealthCheck, given, seed, settings
from tests.helpers.matrix.drawn import Graph, Shape
from tests.helpers.matrix.drawn import graphs as drawn_graphs
from tests.helpers.matrix.parts import samples
from tests.helpers.matrix.proof import hold, trained

from tercet import frontends, passes

PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_a_random_graph_is_the_same_everywhere(part: int, graphs: int) -> None:
    @settings(
        max_examples=graphs // PARTS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(part)
    @given(drawn=drawn_graphs())
    def proven(drawn: tuple[Graph, Shape]) -> None:
        model, shape = drawn
        x = samples(*shape, rows=12)
        trained(model, x)
        captured = frontends.load(model, x)
        module = passes.run(captured)
        hold(model, captured, module, x, varied=False)

    proven()
