"""Tables, expanded as the cycle model does it, say what the step's code and route say."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans.small import residual, staged_anyhow

from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.format.tables import MOST_REPEATS, Slot, wrap
from tercet.targets.fabric.stages.stage import Places, Stage
from tercet.targets.fabric.tiles.table import Table, walk_table
from tercet.targets.fabric.timing import expand_route, expand_walk
from tercet.targets.fabric.timing.expand import field

BASE = 9
"""Where the tables begin."""
Visit = tuple[int, int, int, int, int]
"""Activation, column, length, end, triple."""


def visits(stage: Stage, tile: int) -> list[Visit]:
    """What a tile reads, by the code."""
    code, (band, out, _) = stage.code, stage.shape.grid.split(tile)
    found = []
    for pick, anchor in zip(code.picks[band].tolist(), code.anchors[band].tolist(), strict=True):
        for group in range(code.made.groups):
            start = code.act_base + anchor + out * code.out_act + group * code.act_group
            for piece in code.patterns[pick]:
                act, column = start + piece.act, group * code.col_group + piece.column
                flags = int(piece.end), int(piece.triple)
                found.append((wrap(act), wrap(column), piece.length, *flags))
    return found


def at_base(table: Table) -> np.ndarray:
    return np.pad(table.words(BASE), ((0, 0), (BASE, 0)))


@pytest.mark.parametrize("fabric", ["T=8,L=10", "T=4,L=5", "T=16,L=15"])
@pytest.mark.parametrize("widest", [1, 2])
def test_walk_tables_give_back_the_patterns(fabric: str, widest: int) -> None:
    rng, spec = np.random.default_rng([len(fabric), widest]), named(fabric)
    for stage in staged_anyhow(rng, residual(rng, widest=widest), spec).stages:
        frame = stage.frame(spec, Places(walk=BASE, route=BASE), stage.whole)
        words = at_base(stage.walk)
        for tile in range(spec.tiles):
            found = expand_walk(spec, frame, words[tile])
            named_fields = ("act", "column", "length", "end", "triple")
            columns = [found[name].tolist() for name in named_fields]
            want = visits(stage, tile)
            assert [v[2:] for v in want] == list(zip(*columns[2:], strict=True))
            for got, wanted in zip(zip(*columns, strict=True), want, strict=True):
                assert wanted[2] == 0 or got[0] == wanted[0]
                assert stage.code.trits is None or wanted[2] == 0 or got[1] == wanted[1]


@pytest.mark.parametrize("fabric", ["T=8,L=10", "T=4,L=5", "T=16,L=15"])
def test_route_tables_give_back_the_slots(fabric: str) -> None:
    rng, spec = np.random.default_rng(len(fabric)), named(fabric)
    for stage in staged_anyhow(rng, residual(rng), spec).stages:
        frame = stage.frame(spec, Places(walk=BASE, route=BASE), stage.whole)
        words, writes = at_base(stage.routes), stage.shape.writes
        base = 0 if writes is None else writes.base
        found = iter(expand_route(spec, frame, words[0]))
        for slots in stage.route.slots:
            for group in range(stage.code.made.groups):
                for n, (first, behind) in enumerate(slots.lanes):
                    slot = next(found)
                    assert (slot["first"], slot["last"]) == (first, behind - 1)
                    assert slot["again"] == slots.again[n]
                    entries = words[:, slot["entry"]]
                    heard = slots.listens[n].astype(bool)
                    assert (field(Slot, "listens", entries) == heard).all()
                    assert (field(Slot, "source", entries) == slots.source[n])[heard].all()
                    address = field(Slot, "address", entries) + int(slot["offset"])
                    want = base + slots.address[n] + group * stage.route.out_group
                    assert (wrap(address) == wrap(want))[heard].all()
        assert next(found, None) is None


def test_what_repeats_is_written_once() -> None:
    rng, spec = np.random.default_rng(1), named("T=1,L=10")
    stage = staged_anyhow(rng, residual(rng, size=12), spec).stages[0]
    rows = stage.code.made.repeats
    assert rows == 144
    assert stage.walk.size < 9 * 9 + 4 * 12, "a list a kind of window, some RUNs a row"
    assert stage.routes.size == 2, "one RUN and one SLOT"


def test_a_run_that_counts_further_than_its_field_is_cut() -> None:
    rng, spec = np.random.default_rng(1), named("T=1,L=10")
    stage = staged_anyhow(rng, residual(rng, size=4), spec).stages[0]
    count = 2 * MOST_REPEATS + 5
    long = replace(
        stage.code,
        picks=np.zeros((1, count), np.int64),
        anchors=8 * np.arange(count)[None],
    )
    pieces = len(long.patterns[0])
    assert walk_table(long).size == 3 + pieces
