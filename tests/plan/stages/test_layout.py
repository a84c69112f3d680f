"""Grids, and where tensors lie: every element on every tile that reads it, exactly once."""

import numpy as np
import pytest
from tests.helpers.plans.small import residual, staged_anyhow

from tercet.targets.fabric.format.spec import WORD, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.tiles.grid import grids
from tercet.targets.fabric.tiles.layout import Layout, joined, lay_out
from tercet.targets.fabric.tiles.pattern import spread


@pytest.mark.parametrize("tiles", [1, 2, 8, 32])
def test_every_grid_has_all_tiles_and_every_tile_one_place(tiles: int) -> None:
    found = list(grids(tiles))
    assert len(found) == len(set(found)) > 0
    for grid in found:
        assert grid.tiles == tiles
        places = {grid.split(t) for t in range(tiles)}
        assert len(places) == tiles
        assert all(grid.tile(*grid.split(t)) == t for t in range(tiles))


def held_anew(layout: Layout, band: int, piece: int) -> dict[int, int]:
    """Address of every element, worked out one by one."""
    found = {}
    first, count = int(layout.first[band]), int(layout.counts[band])
    for position in range(first, first + count):
        for channel in range(piece * layout.block, (piece + 1) * layout.block):
            if channel < layout.tensor.channels:
                step = (position - first) * layout.position_step
                place = step + (channel - piece * layout.block) * layout.channel_step
                found[int(layout.tensor.order[position, channel])] = place
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_tile_holds_its_positions_and_channels_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    staged = staged_anyhow(rng, residual(rng), named("T=8,L=10"))
    for layout in staged.layouts():
        assert layout.size % WORD == 0
        for band in range(layout.grid.bands):
            for piece in range(layout.grid.slices):
                held = layout.held(band, piece)
                assert held.shape == (layout.size,)
                want = held_anew(layout, band, piece)
                assert sorted(held[held >= 0].tolist()) == sorted(want)
                assert all(held[place] == element for element, place in want.items())


@pytest.mark.parametrize("planar", [False, True])
def test_all_bands_and_slices_together_hold_everything(planar: bool) -> None:
    (step, *_) = lower(residual(np.random.default_rng(1), size=5)).steps
    tensor = step.result
    for grid in grids(8):
        places = spread(tensor.positions, grid.bands)
        spans = np.stack([places.max(1) + 1, places.max(1) + 1], 1)
        spans[:, 0] = np.where(places[:, 0] >= 0, places[:, 0], spans[:, 0])
        layout = lay_out(tensor, grid, spans, planar=planar)
        parts = [layout.held(p, k) for p in range(grid.bands) for k in range(grid.slices)]
        held = np.concatenate(parts)
        assert sorted(held[held >= 0].tolist()) == sorted(tensor.order.reshape(-1).tolist())


def test_slices_hold_whole_groups_and_the_last_one_less() -> None:
    tensor = lower(residual(np.random.default_rng(1), channels=6)).steps[0].result
    grid = next(g for g in grids(2) if g.slices == 2)
    spans = np.array([[0, tensor.positions]])
    for groups, sizes in ((3, (3, 3)), (2, (4, 2))):
        layout = lay_out(tensor, grid, spans, groups=groups)
        held = [np.unique(layout.held(0, k)) for k in range(2)]
        assert tuple((found >= 0).sum() // tensor.positions for found in held) == sizes


def test_two_readers_get_what_either_needs() -> None:
    tensor = lower(residual(np.random.default_rng(1))).steps[0].result
    grid = next(g for g in grids(2) if g.bands == 2)
    a = lay_out(tensor, grid, np.array([[0, 4], [9, 9]]))
    b = lay_out(tensor, grid, np.array([[2, 8], [20, 30]]))
    both = joined(a, b)
    assert (both.first.tolist(), both.counts.tolist()) == ([0, 20], [8, 10])
