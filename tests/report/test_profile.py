"""What a profile adds up to, and the trace that is made of it."""

import json
from itertools import pairwise
from typing import Any

import numpy as np

from tercet.report.profile import Frame, Issue, Profile, Step, costs, engines, whole
from tercet.report.profile.trace import trace

PROFILE = Profile(
    model="net",
    fabric="T=2,L=5",
    vector="real 0",
    tiles=2,
    steps=(Step("conv", "mac", "2x1x1"), Step("pool", "vector", "1x2x1")),
    cycles=100,
    frames=(
        Frame(0, "LOAD", "activations", 0, start=5, end=25, beats=8, stalls=3),
        Frame(
            1,
            "EXEC",
            "mac",
            0,
            start=20,
            end=60,
            columns=50,
            issued=40,
            skip_act=7,
            skip_wgt=3,
            tiles=(Issue(0, 29, 52, 30, 24), Issue(1, 29, 44, 20, 16)),
        ),
        Frame(2, "LOAD", "weights", 1, start=30, end=40, beats=4),
        Frame(3, "EXEC", "vector", 1, start=61, end=81, tiles=(Issue(1, 69, 70, 0, 0),)),
        Frame(4, "STORE", "output", 1, start=82, end=98, beats=2, stalls=9),
    ),
)


def test_a_layer_costs_what_its_frames_cost() -> None:
    conv, pool = costs(PROFILE)
    assert (conv.cycles, conv.share, conv.efficiency) == (40, 0.4, 40 / (2 * 40))
    assert (conv.columns, conv.issued, conv.skip_act, conv.skip_wgt) == (50, 40, 7, 3)
    assert (conv.stalls, conv.loaded, conv.stored) == (3, 64, 0)
    assert (pool.cycles, pool.efficiency) == (20, 0)
    assert (pool.stalls, pool.loaded, pool.stored) == (9, 32, 16)


def test_all_together_cost_the_sum() -> None:
    found, parts = whole(PROFILE), costs(PROFILE)
    for name in ("cycles", "columns", "issued", "skip_act", "stalls", "loaded", "stored"):
        assert getattr(found, name) == sum(getattr(part, name) for part in parts)
    assert found.efficiency == 40 / (2 * 60)


def test_the_cycles_of_the_engines_are_counted_one_by_one() -> None:
    at = {e: np.zeros(101, bool) for e in ("LOAD", "EXEC", "STORE")}
    for frame in PROFILE.frames:
        at[frame.engine][frame.start + 1 : frame.end + 1] = True
    depth = np.sum(list(at.values()), axis=0)
    found = engines(PROFILE)
    assert found.busy == {engine: int(cycles.sum()) for engine, cycles in at.items()}
    assert found.overlap == int((depth >= 2).sum()) == 15
    assert found.idle == PROFILE.cycles - int((depth >= 1).sum())


def test_a_profile_without_frames_has_no_figures_to_divide_by() -> None:
    empty = Profile("net", "small", "real 0", 8, (Step("a", "mac", "8x1x1"),), 0, ())
    assert (whole(empty).share, whole(empty).efficiency, engines(empty).idle) == (0, 0, 0)


def spans() -> list[dict[str, Any]]:
    return [e for e in json.loads(trace(PROFILE))["traceEvents"] if e["ph"] == "X"]


def test_every_track_of_the_trace_has_a_name_and_no_two_spans_at_once() -> None:
    events = json.loads(trace(PROFILE))["traceEvents"]
    named = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert list(named.values()) == ["LOAD", "EXEC", "STORE", "tile 0", "tile 1"]
    for track in named:
        mine = [e for e in spans() if (e["pid"], e["tid"]) == track]
        for one, other in pairwise(mine):
            assert one["ts"] + one["dur"] <= other["ts"]
    assert {(e["pid"], e["tid"]) for e in spans()} == set(named)


def test_a_span_is_a_frame_and_one_cycle_is_one_microsecond() -> None:
    load, conv, *_ = [e for e in spans() if e["pid"] == 1]
    assert (load["name"], load["ts"], load["dur"]) == ("activations of conv", 6, 20)
    assert (conv["name"], conv["args"]["issued"]) == ("conv", 40)
    first, *_ = [e for e in spans() if e["pid"] == 2]
    assert (first["ts"], first["dur"]) == (29, 24)
    assert conv["ts"] <= first["ts"]
    assert first["ts"] + first["dur"] <= conv["ts"] + conv["dur"]


def test_the_same_profile_without_tiles_is_equal() -> None:
    bare = [Frame(**{**vars(frame), "tiles": ()}) for frame in PROFILE.frames]
    assert tuple(bare) == PROFILE.frames
