"""A layer on the tiles: every weight once, every result written once and in order."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.fabric.mapping import DenseMap
from tercet.fabric.spec import WORD

LOG2 = st.integers(0, 4)


@st.composite
def maps(draw: st.DrawFn) -> DenseMap:
    """Any layer on any fabric, before a next layer of any number of input slices."""
    tiles = draw(LOG2)
    tk, targets = draw(st.integers(0, tiles)), draw(st.integers(0, tiles))
    inputs, outputs = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    slack = draw(st.integers(0, 7))
    return DenseMap(
        inputs=inputs,
        outputs=outputs,
        tiles=1 << tiles,
        lanes=5 * draw(st.integers(1, 4)),
        tk=1 << tk,
        slice_inputs=-(-inputs >> tk) + slack,
        targets=1 << targets,
        block=-(-outputs >> targets),
    )


def numbered(mapping: DenseMap) -> np.ndarray:
    """A matrix whose every weight has a number of its own, from 1 on."""
    return 1 + np.arange(mapping.outputs * mapping.inputs).reshape(mapping.outputs, -1)


@settings(deadline=None, max_examples=200)
@given(maps())
def test_every_weight_lies_in_exactly_one_place(mapping: DenseMap) -> None:
    placed = mapping.weights(numbered(mapping))
    assert placed.shape == (mapping.tiles, mapping.passes, mapping.columns, mapping.lanes)
    found = Counter(placed[placed != 0].tolist())
    assert found == Counter(numbered(mapping).ravel().tolist())


@settings(deadline=None, max_examples=200)
@given(maps(), st.integers(0, 2**32 - 1))
def test_tiles_that_sum_over_their_slices_give_the_matrix_product(
    mapping: DenseMap, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-1, 2, (mapping.outputs, mapping.inputs))
    x = rng.integers(-255, 256, mapping.inputs)
    acts = mapping.activations(x)
    columns = mapping.weights(matrix)[:, :, : mapping.slice_inputs]
    sums = np.einsum("tk,tpkl->tpl", acts, columns)
    slices = sums.reshape(mapping.to, mapping.tk, mapping.passes, mapping.lanes).sum(axis=1)
    real = mapping.channels >= 0
    found = np.zeros(mapping.outputs, np.int64)
    found[mapping.channels[real]] = slices[real]
    np.testing.assert_array_equal(found, matrix @ x)


@settings(deadline=None, max_examples=200)
@given(maps())
def test_every_channel_is_in_one_lane_and_is_written_once(mapping: DenseMap) -> None:
    everyone = list(range(mapping.outputs))
    assert sorted(mapping.channels[mapping.channels >= 0].tolist()) == everyone
    assert sorted(mapping.events[mapping.events >= 0].tolist()) == everyone


@settings(deadline=None, max_examples=200)
@given(maps())
def test_a_value_is_written_from_the_slice_that_holds_its_channel(mapping: DenseMap) -> None:
    for (n, stream), channel in np.ndenumerate(mapping.events):
        if channel >= 0:
            tile = mapping.sources[n, stream]
            assert tile % mapping.tk == 0
            assert channel in mapping.channels[tile // mapping.tk]


@settings(deadline=None, max_examples=200)
@given(maps())
def test_passes_start_at_whole_words_of_the_bitmap(mapping: DenseMap) -> None:
    assert mapping.columns % WORD == 0
    assert 0 <= mapping.columns - mapping.slice_inputs < WORD
    assert mapping.to * mapping.tk == mapping.tiles
    assert 1 in (mapping.phases, mapping.split)


@pytest.mark.parametrize(("density", "least"), [(1.0, 100.0), (0.1, 10.0)])
def test_the_estimate_follows_the_density(density: float, least: float) -> None:
    mapping = DenseMap(100, 5, 1, 5, 1, 100, 1, 5)
    assert least < mapping.estimate(density) < least + 20
