"""Slots: replayed by hand, every element reaches every tile that holds it, once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans.small import residual, staged_anyhow

from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.stages.stage import Stage, heard
from tercet.targets.fabric.steps.vector import Vector
from tercet.targets.fabric.tiles.layout import IncompatibleError
from tercet.targets.fabric.tiles.routing import Destination, route_of

FABRICS = ["T=8,L=10", "T=4,L=5", "T=16,L=15", "T=1,L=5"]


def shown(stage: Stage, r: int, group: int, lane: int) -> dict[int, int]:
    """Element that each leading tile has in a lane; -1 where it has none."""
    made, order = stage.code.made, stage.shape.step.result.order
    found = {}
    for (band, source), tile in np.ndenumerate(made.leaders):
        row = made.sources[band, source]
        position, channel = made.positions[band, r, lane], made.channels[row, group, lane]
        real = position >= 0 and 0 <= channel < order.shape[1]
        found[int(tile)] = int(order[position, channel]) if real else -1
    return found


def heard_by(stage: Stage) -> Iterator[tuple[int, int, int]]:
    """Tile, address and element of everything that is written."""
    route, made = stage.route, stage.code.made
    for r, slots in enumerate(route.slots):
        for group in range(made.groups):
            for n, (first, behind) in enumerate(slots.lanes):
                for lane in range(first, behind):
                    has = shown(stage, r, group, lane)
                    step = group * route.out_group + (lane - first) * route.out_lane
                    for tile in np.flatnonzero(slots.listens[n]).tolist():
                        address = int(slots.address[n, tile]) + step
                        yield tile, address, has.get(int(slots.source[n, tile]), -1)


def check_bank_b(stage: Stage) -> None:
    layout = stage.shape.writes
    assert layout is not None
    written = list(heard_by(stage))
    places = Counter((tile, address) for tile, address, element in written if element >= 0)
    for tile, address, element in written:
        assert 0 <= address < layout.size
        assert element >= 0 or (tile, address) not in places, "room is written over"
    assert set(places.values()) <= {1}
    at = {(tile, address): e for tile, address, e in written if e >= 0}
    for tile in range(layout.grid.tiles):
        band, _, piece = layout.grid.split(tile)
        for place, element in enumerate(layout.held(band, piece).tolist()):
            assert at.get((tile, place), -1) == element


def check_bank_c(stage: Stage) -> None:
    result, pitch = stage.shape.step.result, stage.shape.pitch
    at = {address: element for tile, address, element in heard_by(stage) if tile == 0}
    for (position, channel), element in np.ndenumerate(result.order):
        assert at[position * pitch + channel] == element


@pytest.mark.parametrize("fabric", FABRICS)
@pytest.mark.parametrize("seed", range(3))
def test_every_element_reaches_every_tile_that_holds_it_once(seed: int, fabric: str) -> None:
    rng = np.random.default_rng([seed, len(fabric)])
    size, channels = int(rng.integers(2, 4)) * 2, int(rng.integers(2, 9))
    module = residual(rng, size, channels, widest=int(rng.integers(1, 3)))
    spec: FabricSpec = named(fabric)
    stages = staged_anyhow(rng, module, spec).stages
    assert {stage.shape.is_output for stage in stages} == {True, False}
    for stage in stages:
        (check_bank_c if stage.shape.is_output else check_bank_b)(stage)


def test_what_a_frame_shows_is_what_its_slots_drain() -> None:
    rng = np.random.default_rng(3)
    for stage in staged_anyhow(rng, residual(rng), named("T=8,L=10")).stages:
        events = heard(stage, stage.whole, 8)
        slots = (slots.lanes for slots in stage.route.slots)
        drained = sum(behind - first for lanes in slots for first, behind in lanes)
        assert events.shape == (drained * stage.code.made.groups, 8)
        wanted = set(stage.shape.step.result.order.reshape(-1).tolist())
        rows = stage.shape.step.rows
        assert rows is not None or wanted <= set(events.reshape(-1).tolist())


def test_a_sum_waits_in_its_lane_and_a_value_is_written_again() -> None:
    rng = np.random.default_rng(5)
    kinds = set()
    for _ in range(6):
        for stage in staged_anyhow(rng, residual(rng), named("T=8,L=10")).stages:
            vector = isinstance(stage.shape.step, Vector)
            again = any(any(slots.again) for slots in stage.route.slots)
            assert vector or not again
            kinds.add((vector, again))
    assert (True, True) in kinds, "no draw needed it: the test says nothing"


def test_channels_that_no_step_reaches_are_refused() -> None:
    rng = np.random.default_rng(1)
    stage = staged_anyhow(rng, residual(rng, channels=8), named("T=1,L=10")).stages[0]
    assert stage.shape.writes is not None
    target, made = Destination.of(stage.shape.writes), stage.code.made
    channels = made.channels.copy().reshape(-1)
    channels[:3] = channels[[0, 3, 1]]
    odd = replace(made, channels=channels.reshape(made.channels.shape))
    with pytest.raises(IncompatibleError, match="not evenly spaced"):
        route_of(odd, target, repeats=False)
