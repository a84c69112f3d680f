"""The laws of the cycle model, on cases small enough to be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tercet.fabric.frame import Bank, Exec, Frame, Load, Store
from tercet.fabric.mapping import DenseMap
from tercet.ir.types import IntArray
from tercet_golden.cycles.machine import ExecTime, Machine, Totals, burst
from tercet_golden.cycles.scan import POST, TOKEN_TO_FULL, Timeline, columns_of, timeline

LANES = 5
ONE_TILE = DenseMap(48, LANES, 1, LANES, 1, 48, 1, LANES)
REDUCE = 1
FRAME = Exec(entries=1)


def trits(passes: int = 1, columns: int = 48, tiles: int = 1) -> IntArray:
    """Columns of ones: none is skipped for its weights."""
    return np.ones((tiles, passes, columns, LANES), np.int64)


def acts(*where: int, columns: int = 48) -> IntArray:
    """One vector, one tile, non-zero in these places."""
    found = np.zeros((1, 1, columns), np.int64)
    found[0, 0, list(where)] = 7
    return found


def time(x: IntArray, *, passes: int = 1, frame: Exec = FRAME, outputs: int = LANES) -> Timeline:
    mapping = replace(ONE_TILE, outputs=outputs, block=outputs)
    return timeline(x, trits(passes), mapping, frame, REDUCE)


def after_the_scan(scan: int, values: int = LANES) -> int:
    """Cycles of a frame whose token is issued in cycle `scan`: drain, reduce, post, write."""
    return scan + TOKEN_TO_FULL + values - 1 + POST + REDUCE


def test_without_any_column_a_word_costs_one_cycle_and_the_token_one_more() -> None:
    # words are taken in cycles 2, 3 and 4; the last one ends the pass, its token follows in 5
    assert time(acts()).cycles.tolist() == [after_the_scan(5)] == [5 + 3 + 4 + 5 + 1]


def test_a_column_costs_one_cycle_and_an_empty_word_none_beside_it() -> None:
    # word 0 is taken in 2, its columns are issued in 3 to 6; the others are dropped meanwhile
    assert time(acts(0, 1, 5, 15)).cycles.tolist() == [after_the_scan(7)]


def test_words_follow_each_other_without_a_bubble() -> None:
    full = time(acts(*range(48)))
    assert full.cycles.tolist() == [after_the_scan(2 + 48 + 1)]


def test_one_activation_more_is_one_cycle_more() -> None:
    some = [time(acts(*range(n))).cycles[0] for n in range(3, 17)]
    assert np.diff(some).tolist() == [1] * 13


def test_dense_visits_every_column() -> None:
    x, dense = acts(3), replace(FRAME, dense=1)
    assert time(x, frame=dense).cycles.tolist() == time(acts(*range(48))).cycles.tolist()
    counts = columns_of(x, trits(), dense=True)
    assert (counts.columns[0, 0], counts.issued[0, 0], counts.skip_act[0, 0]) == (48, 48, 0)


def test_a_chained_frame_ends_with_its_last_column_and_writes_nothing() -> None:
    found = time(acts(0, 1, 47), frame=replace(FRAME, chain=1))
    # columns in 3, 4 and, of the third word, which is taken in 4, in 5
    assert found.cycles.tolist() == [6]
    assert found.writes.size == 0
    assert found.passes == 0


def test_a_pass_scans_while_the_one_before_it_drains() -> None:
    # a scan of 3 cycles hides behind a drain of 5: the second token waits for the first to leave
    one, two = time(acts()).cycles[0], time(acts(), passes=2, outputs=2 * LANES).cycles[0]
    assert two - one == LANES + TOKEN_TO_FULL
    # a scan of 48 columns does not hide: its token comes 49 cycles after the first one
    one = time(acts(*range(48))).cycles[0]
    two = time(acts(*range(48)), passes=2, outputs=2 * LANES).cycles[0]
    assert two - one == 49


def test_a_value_of_several_entries_is_written_with_its_last() -> None:
    found = time(acts(), frame=replace(FRAME, entries=3))
    first = 5 + TOKEN_TO_FULL + POST + REDUCE
    assert found.writes[0].tolist() == [first + 2 + 3 * n for n in range(LANES)]
    assert found.cycles[0] == found.writes[0, -1]


def test_the_slowest_tile_decides() -> None:
    mapping = replace(ONE_TILE, inputs=96, tiles=2, tk=2)
    x = np.concatenate([acts(0), acts(*range(20))], axis=1)
    found = timeline(x, trits(tiles=2), mapping, FRAME, REDUCE)
    assert found.cycles.tolist() == time(acts(*range(20))).cycles.tolist()


def test_columns_are_issued_or_skipped_for_one_reason() -> None:
    weights = trits(passes=2)
    weights[0, 0, :10] = 0
    counts = columns_of(acts(*range(5, 15)), weights, dense=False)
    assert counts.columns[0, 0] == 96
    assert counts.skip_act[0, 0] == 2 * 38
    assert counts.skip_wgt[0, 0] == 5  # of the first pass: both would be zero counts as activation
    assert counts.issued[0, 0] == 15
    assert counts.active[0, 0].tolist() == [15] * LANES


@pytest.mark.parametrize(
    ("address", "beats", "want"), [(0, 5, 5), (0, 1000, 256), (4096 - 24, 9, 3), (2048, 300, 256)]
)
def test_a_burst_ends_after_256_beats_or_at_the_page(address: int, beats: int, want: int) -> None:
    assert burst(address, beats) == want


def machine(*frames: Frame, latency: int = 10, **execs: int) -> Totals:
    times = {int(k[1:]): ExecTime(v, frozenset()) for k, v in execs.items()}
    last = (*frames[:-1], replace(frames[-1], last=1))
    return Machine(last, 0, times, 1, latency).run()


LOAD = Load(bank=Bank.ACTIVATIONS, address=4096, beats=6, slice_beats=6)


def test_a_program_counts_its_frames_and_beats() -> None:
    totals = machine(LOAD, Exec(wait_load=1), Store(wait_exec=1, address=8192, beats=4), f1=30)
    assert (totals.frames, totals.load_beats, totals.store_beats) == (3, 6, 4)
    assert totals.exec_cycles == 30


def test_a_cycle_of_exec_is_a_cycle_of_the_program_when_all_wait_for_it() -> None:
    frames = (LOAD, Exec(wait_load=1), Store(wait_exec=1, address=8192, beats=4))
    short, long = machine(*frames, f1=100), machine(*frames, f1=117)
    assert long.cycles - short.cycles == 17


def test_the_latency_is_paid_once_a_burst_of_the_critical_path() -> None:
    frames = (LOAD, Exec(wait_load=1), Store(wait_exec=1, address=8192, beats=4))
    near, far = machine(*frames, latency=10, f1=500), machine(*frames, latency=11, f1=500)
    # the fetch of the first two frames, LOAD, STORE; the second fetch hides behind EXEC
    assert far.cycles - near.cycles == 3


def test_a_store_across_a_page_takes_two_bursts() -> None:
    within = machine(Store(address=8192, beats=8))
    across = machine(Store(address=8192 - 32, beats=8))
    # per burst: decide, address, the answer after the latency of 10
    assert across.cycles - within.cycles == 2 + 10
    assert across.store_beats == within.store_beats == 8


def test_load_and_exec_run_at_the_same_time() -> None:
    alone = machine(Exec(), f0=300)
    beside = machine(Exec(), replace(LOAD, beats=100, slice_beats=100), f0=300)
    assert beside.cycles == alone.cycles
    assert beside.load_beats == 100
