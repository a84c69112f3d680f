"""The floor of a staircase is the number of thresholds that are reached."""

from fractions import Fraction

import numpy as np
import pytest

from tercet.errors import VerifyError
from tercet.ir.families.real import real_tensor
from tercet.ir.module import build
from tercet.ir.types import Array
from tercet.ops.real.staircase import Staircase

TABLES = {
    "one": [[0.5]],
    "far apart": [[-3e4, -7.0, 0.0, 2.5, 1e6]],
    "close together": [[1000.0, 1000.0 + 2**-20, 1000.0 + 2**-19]],
    "twice": [[-1.0, 2.0, 2.0, 2.0, 3.0]],
}


def staircase(table: Array, row: Array, *shape: int) -> Staircase:
    made: list[Staircase] = []

    def body(x: object) -> list[Staircase]:
        made.append(Staircase(x, table, row, layer="stairs"))  # type: ignore[arg-type]
        return made

    build([real_tensor((1, *shape))], body)
    return made[0]


def around(thresholds: Array) -> Array:
    """Each threshold, and places near it on both sides."""
    near = [np.nextafter(thresholds, side) for side in (-np.inf, np.inf)]
    far = [thresholds + d for d in (-3.0, -0.25, 0.25, 3.0)]
    return np.concatenate([thresholds, *near, *far])


@pytest.mark.parametrize("name", TABLES)
def test_its_floor_counts_thresholds_exactly(name: str) -> None:
    table = np.asarray(TABLES[name])
    op = staircase(table, np.zeros(()), 1)
    for x in around(table[0]).tolist():
        y = op.exact(Fraction(x), place=(0,))
        assert y.numerator // y.denominator == (table[0] <= x).sum()


@pytest.mark.parametrize("name", TABLES)
def test_it_rises_and_both_meanings_agree(name: str) -> None:
    table = np.asarray(TABLES[name])
    op = staircase(table, np.zeros(()), 1)
    x = np.sort(around(table[0]))
    exact = [op.exact(Fraction(one), place=(0,)) for one in x.tolist()]
    assert exact == sorted(exact)
    found = op.reference(x[:, None])[:, 0]
    np.testing.assert_allclose(found, np.array(exact, float), rtol=0, atol=1e-9)


def test_next_to_a_threshold_it_is_next_to_a_whole_number() -> None:
    table = np.asarray(TABLES["far apart"])
    y = staircase(table, np.zeros(()), 1).reference(np.nextafter(table.T, -np.inf))
    assert (np.abs(y - np.rint(y)) < 1e-9).all()


def test_every_channel_has_its_own() -> None:
    table = np.asarray([[0.0, 1.0], [10.0, 20.0]])
    op = staircase(table, np.asarray([1.0, 0.0]).reshape(2, 1), 2, 3)
    x = np.full((4, 2, 3), 15.0)
    np.testing.assert_array_equal(np.floor(op.reference(x))[0, :, 0], [1, 2])
    assert op.exact(Fraction(15), place=(1, 2)) // 1 == 2


@pytest.mark.parametrize(
    ("table", "row"), [([[2.0, 1.0]], 0), ([[1.0]], 1), ([[1.0]], 0.5), ([1.0], 0)]
)
def test_a_broken_table_is_found(table: list[float], row: float) -> None:
    with pytest.raises(VerifyError):
        staircase(np.asarray(table, np.float64), np.asarray(float(row)), 3)
