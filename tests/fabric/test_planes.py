"""Balanced ternary: every weight of up to eight bits comes back from its planes."""

import numpy as np
import pytest

from tercet.ir.interval import Interval
from tercet.targets.fabric.format.planes import needed, planes, reach


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_horner_over_the_planes_gives_the_weight(count: int) -> None:
    every = np.arange(-reach(count), reach(count) + 1).reshape(-1, 1)
    found = planes(every, count)
    assert found.shape == (count, *every.shape)
    assert set(np.unique(found)) == {-1, 0, 1}
    total = np.zeros_like(every)
    for plane in found:
        total = 3 * total + plane
    np.testing.assert_array_equal(total, every)


@pytest.mark.parametrize(
    ("low", "high", "count"),
    [(-1, 1, 1), (0, 0, 1), (-2, 1, 2), (-8, 7, 3), (-32, 31, 4), (-121, 121, 5), (-128, 127, 6)],
)
def test_no_more_planes_than_the_weights_need(low: int, high: int, count: int) -> None:
    assert needed(Interval(low, high)) == count
    assert reach(count) >= max(-low, high)
    assert count == 1 or reach(count - 1) < max(-low, high)


def test_a_weight_that_no_plane_holds_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="hold no more than 4"):
        planes(np.array([5]), 2)
