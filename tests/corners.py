"""Of a product of parameters, the cases of a test with `corners`: all values, not all combinations.

sizes 3, 6  keep  0-0 1-1 2-2 0-3 1-4 2-5
"""

from collections.abc import Sequence

import numpy as np
import pytest


def is_kept(item: pytest.Item) -> bool:
    """Whether the test runs without `--products`."""
    if item.get_closest_marker("corners") is None:
        return True
    assert isinstance(item, pytest.Function)
    sizes = [len(mark.args[1]) for mark in item.iter_markers("parametrize")]
    return in_turn(next(iter(item.callspec.indices.values())), sizes)


def in_turn(number: int, sizes: Sequence[int]) -> bool:
    """Whether a case has the values of its parameters in turn; the last changes with each case.

    The parameter with most values goes through them once; the others go round beside it.
    """
    picks = np.unravel_index(number, sizes)
    turn = picks[sizes.index(max(sizes))]
    return all(pick == turn % size for pick, size in zip(picks, sizes, strict=True))
