"""The model of the fabric, on programs small enough to be worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tercet.targets.fabric.format import counters
from tercet.targets.fabric.format.frame import (
    FRAME_BYTES,
    Bank,
    Exec,
    Frame,
    Kind,
    Load,
    Mode,
    Store,
)
from tercet.targets.fabric.format.pt5 import pack
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.format.tables import Entry, Run, Segment, Slot
from tercet.targets.fabric.timing import ExecTime
from tercet_golden.cycles import Machine, Ran
from tercet_golden.cycles.bus import burst
from tercet_golden.cycles.counters import events_of

SPEC = FabricSpec("one", tiles=1, lanes=5, bank_a_depth=64, bank_b_depth=64, telemetry=2)
TWO = replace(SPEC, tiles=2)
LANES, REDUCE = 5, 1
FIRST = 9
"""Cycle in which the first column is issued, the first item taken."""
TO_FULL, POST = 3, 7 + REDUCE
ROUTE = (Run(list=1, count=1, repeats=1, last=1), Slot(last=4, listens=1, address=32))
"""All five lanes to activations 32 .. 36."""


def test_the_model_counts_the_source_of_every_counter_and_no_other() -> None:
    bus = dict.fromkeys(("exec_cycles", "moved_in", "moved_out", "stalls", "frames"), 0)
    events = events_of(TWO, 1, bus, (), ())
    for group, found in (
        (counters.FABRIC, events.fabric),
        (counters.TILE, events.tile),
        (counters.LANE, events.lane),
    ):
        assert set(found) == {counter.source for counter in group}


def one_run(*segments: Entry, repeats: int = 1) -> tuple[Entry, ...]:
    return (Run(list=1, count=len(segments), repeats=repeats, last=1), *segments)


class Bench:
    """A machine with its memory; a load goes to all tiles if it names none."""

    def __init__(self, spec: FabricSpec = SPEC) -> None:
        self.spec, self.machine = spec, Machine(spec)
        self.memory = np.zeros(1 << 16, np.uint8)

    def load(self, bank: Bank, data: bytes, *, mask: int | None = None, **fields: int) -> None:
        padded = data + bytes(-len(data) % 8)
        self.memory[4096 : 4096 + len(padded)] = np.frombuffer(padded, np.uint8)
        beats = len(padded) // 8
        every = (1 << self.spec.tiles) - 1
        mask = every if mask is None else mask
        frame = Load(bank=bank, mask=mask, address=4096, beats=beats, slice_beats=beats, **fields)
        self.run(frame)

    def tables(self, walk: Sequence[Entry], route: Sequence[Entry] = ROUTE) -> None:
        self.load(Bank.WALK, entries(walk))
        self.load(Bank.ROUTE, entries(route))

    def weights(self, trits: Sequence[Sequence[int]]) -> None:
        padded = [*trits, *([[0] * LANES] * (-len(trits) % 8))]
        self.load(Bank.WEIGHTS, pack(np.array(padded)).tobytes())

    def acts(self, *values: int, base: int = 0, mask: int | None = None) -> None:
        data = np.array(values, np.int8).tobytes()
        self.load(Bank.ACTIVATIONS, data, signed_bytes=1, base=base, mask=mask)

    def products(self, mul: int = 1, add: int = 0, shift: int = 0, count: int = LANES) -> None:
        half = (1 << shift >> 1) - 1 if shift else 0
        entry = add + half & (1 << 58) - 1 | (mul & 0xFFFFFFFF) << 58 | shift << 90
        self.load(Bank.PARAMETERS, entry.to_bytes(16, "little") * count)

    def run(self, *frames: Frame) -> Ran:
        program = (*frames[:-1], replace(frames[-1], last=1))
        return self.machine.run(0, program, self.memory)

    def time(self, frame: Exec) -> ExecTime:
        (record,) = self.run(frame).frames
        assert record.time is not None
        assert record.end - record.start == record.time.cycles
        return record.time

    def got(self, count: int = LANES, tile: int = 0) -> list[int]:
        """Activations from 32 on."""
        found: list[int] = self.machine.banks.acts[tile, 32 : 32 + count].tolist()
        return found


def entries(table: Sequence[Entry]) -> bytes:
    return np.array([entry.encode() for entry in table], "<u8").tobytes()


DENSE = Exec(mask=1, groups=1, entries=1, out_lane=1, low=-128, high=127)
LANE_BY_LANE = [[1, -1, 0, 1, 1], [0, 1, 1, 1, -1], [1, 1, -1, 0, 0]]


@pytest.fixture
def bench() -> Bench:
    return loaded(SPEC)


def loaded(spec: FabricSpec) -> Bench:
    """One pass over three columns: 2, 3 and 5 against five lanes."""
    made = Bench(spec)
    made.tables(one_run(Segment(length=3, end=1)))
    made.weights(LANE_BY_LANE)
    made.acts(2, 3, 5, 0, 0, 0, 0, 0)
    made.products()
    return made


def test_a_dense_pass_adds_activations_by_their_trits(bench: Bench) -> None:
    time = bench.time(DENSE)
    assert bench.got() == [2 + 5, -2 + 3 + 5, 3 - 5, 2 + 3, 2 - 3]
    # columns in 9, 10 and 11, the token in 12, full in 15: five values from 15 on
    token = FIRST + 3
    assert time.writes.tolist() == [token + TO_FULL + POST + n for n in range(LANES)]
    assert time.cycles == 12 + 3 + 8 + 4
    assert (time.first[0], time.last[0], time.passes) == (9, 11, 1)


def test_a_fabric_that_counts_no_lanes_counts_the_same_of_its_tiles(bench: Bench) -> None:
    found = loaded(replace(SPEC, telemetry=1)).run(DENSE).counters
    of_lanes = bench.run(DENSE).counters
    assert found == {name: n for name, n in of_lanes.items() if "lane" not in name}
    assert len(of_lanes) == len(found) + 2 * LANES


def test_a_zero_costs_no_cycle_and_is_counted_for_one_reason(bench: Bench) -> None:
    long = bench.time(DENSE).cycles
    bench.acts(2, 0, 5, 0, 0, 0, 0, 0)
    ran = bench.run(DENSE)
    assert bench.got() == [2 + 5, -2 + 5, -5, 2, 2]
    assert ran.counters["tile0.issued"] == 2
    assert ran.counters["tile0.skip_act"] == 1
    assert ran.frames[0].end - ran.frames[0].start == long - 1
    bench.weights([LANE_BY_LANE[0], [0] * 5, LANE_BY_LANE[2]])
    bench.acts(2, 3, 5, 0, 0, 0, 0, 0)
    ran = bench.run(DENSE)
    assert [ran.counters[f"tile0.{n}"] for n in ("columns", "skip_act", "skip_wgt")] == [3, 0, 1]
    assert ran.counters["tile0.lane2.active"] == 1
    assert ran.counters["tile0.lane2.skipped"] == 2
    assert bench.time(replace(DENSE, dense=1)).cycles == long


def test_two_segments_follow_without_a_bubble(bench: Bench) -> None:
    bench.tables(one_run(Segment(length=1), Segment(act=1, column=1, length=2, end=1)))
    time = bench.time(DENSE)
    assert bench.got() == [7, 6, -2, 5, -1]
    # the second segment's word comes a cycle after the first one's, in the cycle it is needed
    assert time.cycles == 27
    # across the words of bank B: columns 6, 7 and 8 are two chunks
    bench.acts(*[0] * 6, 2, 3, 5, *[0] * 7)
    bench.tables(one_run(Segment(act=6, length=3, end=1)))
    assert bench.time(DENSE).cycles == 27
    assert bench.got() == [7, 6, -2, 5, -1]


def test_another_run_takes_two_cycles_more(bench: Bench) -> None:
    two = Segment(length=1), Segment(act=1, column=1, length=2, end=1)
    runs = Run(list=2, count=1, repeats=1), Run(list=3, count=1, repeats=1, last=1)
    bench.tables((*runs, *two))
    # the second RUN is read in 4, latched in 5, its SEGMENT read in 6: columns in 9, 12 and 13
    time = bench.time(DENSE)
    assert (time.cycles, time.last[0]) == (29, 13)
    assert bench.got() == [7, 6, -2, 5, -1]


def test_a_plane_more_triples_the_sums_and_costs_a_cycle(bench: Bench) -> None:
    bench.tables(one_run(Segment(length=3), Segment(length=3, triple=1, end=1)))
    time = bench.time(DENSE)
    assert bench.got() == [4 * s for s in (7, 6, -2, 5, -1)]
    assert (time.issued[0], time.cycles) == (6, 27 + 3 + 1)
    # a triple without columns is a cycle as well
    bench.tables(one_run(Segment(length=3), Segment(triple=1, end=1)))
    assert bench.time(DENSE).cycles == 28
    assert bench.got() == [3 * s for s in (7, 6, -2, 5, -1)]


def test_a_pass_waits_for_the_drain_of_the_one_before(bench: Bench) -> None:
    bench.tables(one_run(Segment(length=3, end=1), repeats=2))
    route = (replace(ROUTE[0], repeats=2, step=5), ROUTE[1])
    bench.tables(one_run(Segment(length=3, end=1), repeats=2), route)
    time = bench.time(DENSE)
    assert bench.got(10) == [7, 6, -2, 5, -1] * 2
    # released with the fifth value in 19: the second token in 20 instead of 16, full in 23
    assert time.cycles == 23 + 4 + POST
    assert time.passes == 2


def test_a_chain_goes_on_with_the_sums(bench: Bench) -> None:
    bench.tables((*one_run(Segment(length=3)), *one_run(Segment(length=3, end=1))))
    first = bench.time(replace(DENSE, chain=1))
    # the last column in 11, nothing left in 12
    assert (first.cycles, first.passes) == (12, 0)
    bench.tables(one_run(Segment(length=3, end=1)))
    bench.time(DENSE)
    assert bench.got() == [2 * s for s in (7, 6, -2, 5, -1)]


def test_a_shift_rounds_halves_to_even_and_clips(bench: Bench) -> None:
    bench.products(shift=1)
    bench.time(replace(DENSE, low=-1, zero_point=3))
    # 3.5, 3, -1, 2.5, -0.5
    assert bench.got() == [q - 3 for q in (4, 3, -1, 2, 0)]


def test_a_value_by_thresholds_takes_a_cycle_each(bench: Bench) -> None:
    steps = [-1, 5, 7]
    data = b"".join((s & 0xFFFFFF).to_bytes(16, "little") for s in steps)
    bench.load(Bank.PARAMETERS, data)
    frame = replace(DENSE, mode=Mode.THRESHOLD, entries=3, low=10)
    time = bench.time(frame)
    assert bench.got() == [13, 12, 10, 12, 11]
    assert time.writes.tolist() == [12 + TO_FULL + POST + 2 + 3 * n for n in range(LANES)]


VECTOR = Exec(kind=Kind.VECTOR, mode=Mode.GREATEST, mask=1, groups=1, low=-128, high=127)
PAIR = Segment(), Segment(act=1, end=1)
ONE_LANE = (replace(ROUTE[0]), Slot(listens=1, address=32))


def items(*acts: int) -> tuple[Entry, ...]:
    """Segments of one item each; the last one ends the value."""
    last = len(acts) - 1
    return one_run(*(Segment(act=a, length=1, end=int(i == last)) for i, a in enumerate(acts)))


def test_the_greatest_of_two_items(bench: Bench) -> None:
    bench.tables(items(1, 2), ONE_LANE)
    time = bench.time(replace(VECTOR, offset=4))
    assert bench.got(1) == [5 + 4]
    # items are taken in 9 and 10; the value is that of the second
    assert time.writes.tolist() == [10 + POST]
    assert time.cycles == 18
    assert (time.columns[0], time.issued[0], time.passes) == (0, 0, 0)
    # a segment without length is an item of zero
    bench.tables(one_run(Segment(), Segment(act=0, length=1, end=1)), ONE_LANE)
    bench.acts(-7, 0, 0, 0, 0, 0, 0, 0)
    bench.time(VECTOR)
    assert bench.got(1) == [0]


def test_a_value_once_more_takes_a_cycle_and_no_item(bench: Bench) -> None:
    places = (32, 35, 33, 34)
    slots = [Slot(listens=1, address=a, again=n) for a, n in zip(places, (0, 1, 1, 0), strict=True)]
    ends = (0, 1, 0, 1)
    walk = [Segment(act=a, length=1, end=n) for a, n in zip((1, 2, 0, 1), ends, strict=True)]
    bench.tables(one_run(*walk), one_run(*slots))
    time = bench.time(VECTOR)
    assert bench.got(4) == [5, 5, 3, 5]
    # items in 9 and 10, twice more in 11 and 12, items in 13 and 14
    assert (time.writes - POST).tolist() == [10, 11, 12, 14]
    # the last value once more, when no tile has anything left
    bench.tables(items(1, 2), one_run(slots[0], slots[1]))
    assert bench.time(VECTOR).cycles == 11 + POST
    for wrong in ((slots[1], slots[0]), (replace(slots[0], last=1), slots[1])):
        bench.tables(one_run(*walk), one_run(*wrong))
        with pytest.raises(ValueError, match="once more"):
            bench.time(VECTOR)


def test_products_of_two_and_weighted_sums_of_items(bench: Bench) -> None:
    bench.tables(items(1, 2), ONE_LANE)
    bench.products(mul=-2, add=7)
    bench.time(replace(VECTOR, mode=Mode.PRODUCT_OF_TWO))
    assert bench.got(1) == [7 - 2 * 3 * 5]
    bench.time(replace(VECTOR, mode=Mode.PRODUCT))
    assert bench.got(1) == [7 - 2 * 3 - 2 * 5]


def test_a_table_has_eight_results_an_entry(bench: Bench) -> None:
    results = [(37 * i) % 1024 - 512 for i in range(16)]
    rows = (results[:8], results[8:])
    data = b"".join(
        sum((r & 1023) << 10 * i for i, r in enumerate(row)).to_bytes(16, "little") for row in rows
    )
    bench.load(Bank.PARAMETERS, data)
    route = (replace(ROUTE[0]), Slot(listens=1, address=0))
    for x in range(-8, 8):
        bench.acts(x, *[0] * 7)
        bench.tables(items(0), route)
        frame = replace(VECTOR, mode=Mode.TABLE, offset=8, to_c=1, wide=0)
        assert bench.run(frame).frames[0].heard.results.tolist() == [[results[x + 8]]]  # type: ignore[union-attr]


def test_an_export_takes_a_cycle_a_word(bench: Bench) -> None:
    bench.acts(*range(16))
    frame = Exec(kind=Kind.EXPORT, mask=1, groups=2, tiles=1, out_base=3, zero_point=100)
    assert bench.time(frame).cycles == 2 + 2
    assert bench.machine.banks.out[24:40].tolist() == list(range(100, 116))
    bench.run(Store(mask=1, base=3, address=8192, beats=2))
    assert bench.memory[8192:8208].tolist() == list(range(100, 116))


def test_input_slices_are_added_up_and_the_slowest_tile_decides() -> None:
    bench = Bench(TWO)
    bench.tables(one_run(Segment(length=3, end=1)))
    bench.weights(LANE_BY_LANE)
    bench.products()
    bench.acts(2, 0, 0, 0, 0, 0, 0, 0, mask=1)
    bench.acts(2, 3, 5, 0, 0, 0, 0, 0, mask=2)
    time = bench.time(replace(DENSE, mask=3, log2_tk=1))
    want = [a + b for a, b in zip((7, 6, -2, 5, -1), (2, -2, 0, 2, 2), strict=True)]
    assert (bench.got(tile=0), bench.got(tile=1)) == (want, want)
    assert time.cycles == 27
    assert time.last.tolist() == [9, 11]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"groups": 0}, "no groups"),
        ({"entries": 0}, "no entries"),
        ({"act_base": 62}, "activation 64 lies beyond"),
        ({"column_base": 62}, "column 64 lies beyond"),
        ({"param_base": 509}, "parameter"),
        ({"out_base": 30}, "write beyond"),
        ({"walk": 511}, "no entries|0 entries"),
        ({"route": 1023}, "beyond the route table"),
        ({"act_base": 31}, "written itself"),
    ],
)
def test_what_the_fabric_would_refuse_is_named(
    bench: Bench, change: dict[str, int], reason: str
) -> None:
    bench.tables(
        one_run(Segment(length=3, end=1), repeats=2), (replace(ROUTE[0], repeats=2), *ROUTE[1:])
    )
    with pytest.raises(ValueError, match=rf"frame 0 \(EXEC, layer 0\): .*({reason})"):
        bench.run(replace(DENSE, param_lane=1, **change))


def test_passes_without_results_and_results_without_passes_are_named(bench: Bench) -> None:
    bench.tables(one_run(Segment(length=3, end=1), repeats=2))
    with pytest.raises(ValueError, match="left without results"):
        bench.run(DENSE)
    bench.tables(one_run(Segment(length=3)))
    with pytest.raises(ValueError, match="results without passes"):
        bench.run(DENSE)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mask": 0}, "mask"),
        ({"mask": 1 << TWO.tiles}, "mask"),
        ({"mask": (2 << TWO.tiles) - 1}, "mask"),
        ({"rotate": TWO.tiles + 1}, "mask"),
        ({"rotate": 31}, "mask"),
        ({"bank": Bank.WEIGHTS, "beats": 1, "slice_beats": 1}, "size"),
        ({"bank": Bank.PARAMETERS, "slice_beats": 1}, "size"),
    ],
)
def test_a_load_that_the_fabric_would_refuse_is_named(change: dict[str, int], reason: str) -> None:
    spec = replace(TWO, lanes=15)
    common = Load(bank=Bank.ACTIVATIONS, mask=1, address=4096, beats=2, slice_beats=2)
    with pytest.raises(ValueError, match=rf"frame 0 \(LOAD, layer 0\): .*\({reason}\)"):
        Bench(spec).run(replace(common, **change))


def test_a_mask_may_turn_by_all_tiles() -> None:
    bench = Bench(TWO)
    bench.memory[4096:4112] = range(16)
    bench.run(Load(bank=Bank.ACTIVATIONS, mask=2, address=4096, beats=2, slice_beats=1, rotate=2))
    assert bench.machine.banks.acts[1, :8].tolist() == list(range(8, 16))


def test_an_illegal_byte_of_weights_is_named() -> None:
    with pytest.raises(ValueError, match=r"frame 0 \(LOAD.*PT-5"):
        Bench().load(Bank.WEIGHTS, bytes([243] * 8))


def test_slices_go_to_the_tiles_that_the_turned_mask_names() -> None:
    bench = Bench(TWO)
    bench.memory[4096:4112] = range(16)
    bench.run(Load(bank=Bank.ACTIVATIONS, mask=1, address=4096, beats=2, slice_beats=1, rotate=1))
    assert bench.machine.banks.acts[:, :8].tolist() == [list(range(8)), list(range(8, 16))]


@pytest.mark.parametrize(
    ("address", "beats", "want"), [(0, 5, 5), (0, 1000, 256), (4096 - 24, 9, 3), (2048, 300, 256)]
)
def test_a_burst_ends_after_256_beats_or_at_the_page(address: int, beats: int, want: int) -> None:
    assert burst(address, beats) == want


LOAD = Load(bank=Bank.ACTIVATIONS, mask=1, address=4096, beats=6, slice_beats=6)
STORE = Store(mask=1, wait_exec=1, address=8192, beats=4)


def test_a_program_counts_its_frames_and_beats(bench: Bench) -> None:
    ran = bench.run(LOAD, replace(DENSE, wait_load=1, act_base=0), STORE)
    found = [ran.counters[name] for name in ("frames", "load_beats", "store_beats", "passes")]
    assert found == [3, 6, 4, 1]
    load, exec_, store = ran.frames
    assert ran.counters["exec_cycles"] == exec_.end - exec_.start
    assert (load.beats, store.beats) == (6, 4)
    assert load.end < exec_.start < exec_.end < store.start
    # per burst: decide, address, beats, the answer after the latency of 10
    assert store.end - store.start == 2 + 4 + 10


def test_the_latency_is_paid_once_a_burst_of_the_critical_path(bench: Bench) -> None:
    frames = (LOAD, replace(DENSE, wait_load=1, chain=0), replace(STORE, last=1))
    near, far = (bench.machine.run(0, frames, bench.memory, n).cycles for n in (10, 11))
    # the fetch of the first two frames, LOAD, STORE; the fetch of the third hides behind LOAD
    assert far - near in (3, 4)


def test_a_store_across_a_page_takes_two_bursts(bench: Bench) -> None:
    within = bench.run(Store(mask=1, address=8192, beats=8))
    across = bench.run(Store(mask=1, address=8192 - 32, beats=8))
    assert across.cycles - within.cycles == 2 + 10


def test_a_wait_that_nobody_fulfils_is_named(bench: Bench) -> None:
    with pytest.raises(ValueError, match="frame 0: it waits"):
        bench.run(replace(DENSE, wait_store=1))


def test_a_program_is_as_long_as_its_frames() -> None:
    assert len(LOAD.encode()) == FRAME_BYTES
