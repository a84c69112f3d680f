"""Steps compute the integer graph: an executor of their own, bit for bit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans.steps_compare import require_equal
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import UnsupportedError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import Built, build, inputs_of
from tercet.ir.op import IntegerOp, Sample, operators
from tercet.ir.types import SI8, UI8, IntArray, shape_of, tensor
from tercet.ops.broadcast import Broadcast
from tercet.ops.concat import Concat
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.gather import Gather
from tercet.ops.linear import Linear
from tercet.ops.mul import Mul
from tercet.ops.pad import Pad
from tercet.ops.pair_table import PairTable
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.sum import Sum
from tercet.ops.sum_pool import SumPool
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.ops.transpose import Transpose
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.registry import takes
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.closings import Greatest
from tercet.targets.fabric.steps.depthwise import Depthwise
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.vector import Vector

RUNS = 3
BYTE = Interval(0, 255)


def drawn(module: ModuleOp, bounds: Sequence[Interval], seed: int) -> list[IntArray]:
    rng = np.random.default_rng(seed)
    arguments = zip(bounds, inputs_of(module), strict=True)
    return [rng.integers(b.low, b.high + 1, shape_of(value)) for b, value in arguments]


def proven(module: ModuleOp, bounds: Sequence[Interval] = (BYTE,)) -> Network:
    network = lower(module)
    for seed in range(RUNS):
        assert require_equal(module, network, drawn(module, bounds, seed)) > 0
    return network


SAMPLES = [(op, i, sample) for op in operators() for i, sample in enumerate(op.samples())]


@pytest.mark.parametrize(("op", "i", "sample"), SAMPLES, ids=lambda x: getattr(x, "name", None))
def test_a_sample_of_every_operator(op: type[IntegerOp], i: int, sample: Sample) -> None:
    try:
        network = lower(sample.module)
    except UnsupportedError as refused:
        sentence = str(refused)
        assert ": " in sentence
        assert "the fabric" in sentence
        assert not takes(op) or "8 bits" in sentence or "entries" in sentence
        return
    for seed in range(RUNS):
        inputs = drawn(sample.module, sample.bounds, seed)
        assert require_equal(sample.module, network, inputs) > 0


def test_most_samples_of_bytes_lower() -> None:
    """So that the test above cannot pass by refusing all."""
    lowered = set()
    for op, _, sample in SAMPLES:
        try:
            lower(sample.module)
        except UnsupportedError:
            continue
        lowered.add(op.name.partition(".")[2])
    assert lowered == {
        *("add", "broadcast", "concat", "conv", "conv_transpose", "gather", "linear", "max_pool"),
        *("mul", "pad", "repeat", "requantize", "reshape", "slice", "sum", "sum_pool", "table"),
        *("threshold", "transpose"),
    }


def conv_then(*more: Callable[[Conv], IntegerOp]) -> ModuleOp:
    """A convolution of (4, 6, 5) with 8 outputs, and what reads it."""
    rng = np.random.default_rng(3)

    def body(x: object) -> list[IntegerOp]:
        ops: list[IntegerOp] = [conv(x, rng.integers(-1, 2, (8, 4, 3, 3)), 7)]
        for one in more:
            ops.append(one(ops[-1]))  # type: ignore[arg-type]
        return ops

    return build([tensor((1, 4, 6, 5), UI8)], body)


def conv(x: object, weight: IntArray, zero: int = 0, groups: int = 1) -> Conv:
    around = ((1, 1), (1, 1))
    return Conv(
        x,  # type: ignore[arg-type]
        weight,
        np.arange(len(weight)) * 9 - 30,
        zero,
        stride=(1, 1),
        padding=around,
        dilation=(1, 1),
        groups=groups,
        layer="conv",
    )


def requantize(op: IntegerOp, n: int, inner: int, zero: int = 0) -> Requantize:
    rng = np.random.default_rng(n)
    mul, add = rng.integers(1, 40, n), rng.integers(-500, 9000, n)
    return Requantize(
        op.results[0],
        mul,
        add,
        np.full(n, 7),
        BYTE,
        Result(UI8, "act", inner=inner, zero_point=zero),
    )


def test_channels_of_an_image_are_rows_of_one_step() -> None:
    network = proven(conv_then(lambda op: requantize(op, 8, 30)))
    (step,) = network.steps
    assert isinstance(step, Mac)
    assert (step.rows, step.phases, step.groups) == (None, 1, 1)
    assert step.taps.shape == (30, 9)


def test_constants_of_every_position_take_a_step_each() -> None:
    """A quantizer whose channels are the columns of the image."""
    network = proven(conv_then(lambda op: requantize(op, 5, 1)))
    assert len(network.steps) == 5
    assert sorted(np.concatenate([step.rows for step in network.steps])) == list(range(30))


def test_sums_move_before_they_are_closed() -> None:
    def part(op: IntegerOp) -> Slice:
        first, last = [0, 2, 1, 0], [1, 6, 6, 5]
        return Slice(op.results[0], first, last, [1, 1, 2, 1], layer="slice")

    def turned(op: IntegerOp) -> Transpose:
        return Transpose(op.results[0], [0, 2, 3, 1], layer="turn")

    network = proven(conv_then(part, turned, lambda op: requantize(op, 4, 1)))
    (step,) = network.steps
    assert isinstance(step, Mac)
    assert (step.result.positions, step.result.channels) == (15, 4)


def test_a_row_that_falls_turns_its_sums() -> None:
    steps = np.sort(np.random.default_rng(0).integers(-900, 900, (8, 6)), axis=1)
    falls = np.zeros((8, 6), bool)
    falls[::2] = True

    def threshold(op: IntegerOp) -> Threshold:
        return Threshold(op.results[0], steps, -2, Result(SI8, "act", inner=30), falls=falls)

    network = proven(conv_then(threshold))
    (step,) = network.steps
    assert isinstance(step, Mac)
    assert step.sum_factor is not None
    assert step.sum_factor.tolist() == [-1, 1] * 4


def test_a_function_that_turns_is_what_rises_less_what_falls() -> None:
    rng = np.random.default_rng(0)
    steps = np.sort(rng.integers(-900, 900, (8, 9)), axis=1)
    falls = rng.integers(0, 2, (8, 9)) > 0

    def threshold(op: IntegerOp) -> Threshold:
        return Threshold(op.results[0], steps, 3, Result(SI8, "act", inner=30), falls=falls)

    network = proven(conv_then(threshold))
    assert [type(step) for step in network.steps] == [Mac, Mac, Vector]


def pool(x: object, weight: IntArray | None = None) -> SumPool:
    return SumPool(
        x,  # type: ignore[arg-type]
        weight,
        128,
        kernel=(3, 3),
        stride=(2, 2),
        padding=((1, 1), (1, 1)),
        layer="pool",
    )


@pytest.mark.parametrize("weight", [None, np.full(9, 4), np.array([9, 6, 9, 6, 4, 6, 9, 6, 9])])
def test_the_weight_of_a_window_is_in_what_closes_it(weight: IntArray | None) -> None:
    module = build(
        [tensor((1, 3, 5, 5), UI8)],
        lambda x: [p := pool(x, weight), requantize(p, 1, 1)],
    )
    network = proven(module)
    windows = [step for step in network.steps if isinstance(step, Depthwise)]
    assert len(windows) == len(network.steps)
    assert all(abs(step.weights).max() == 1 for step in windows)
    assert len(network.steps) == (3 if weight is not None and len(set(weight)) > 1 else 1)


def test_a_table_of_sums() -> None:
    table = np.random.default_rng(4).integers(0, 50, (3, 9 * 256))
    table[0].sort()
    low = -9 * 128
    module = build(
        [tensor((1, 3, 5, 5), UI8)],
        lambda x: [p := pool(x), Table(p.acc, table[:1], low, Result(UI8, "up"))],
    )
    assert len(proven(module).steps) == 1
    short = np.repeat(table[:, :12], 192, axis=1)
    module = build(
        [tensor((1, 3, 5, 5), UI8)],
        lambda x: [p := pool(x), Table(p.acc, short, low, Result(UI8, "any", inner=9))],
    )
    assert [type(step) for step in proven(module).steps] == [Depthwise, Depthwise, Vector]


def test_flattening_takes_no_copy() -> None:
    """Nor do a transposition and a layer for every row."""
    weight = np.random.default_rng(5).integers(-1, 2, (6, 60))

    def flat(x: object) -> list[IntegerOp]:
        image = conv(x, np.ones((3, 2, 3, 3), np.int64))
        act = requantize(image, 3, 20)
        row = Reshape(act.y, [60], layer="flat")
        return [image, act, row, Linear(row.y, weight, None, 3, layer="fc")]

    network = proven(build([tensor((1, 2, 5, 4), UI8)], flat))
    _, second = (step for step in network.steps if isinstance(step, Mac))
    assert len(network.steps) == 2
    assert second.weights.shape == (20, 6, 3)

    def tokens(x: object) -> list[IntegerOp]:
        image = conv(x, np.ones((2, 2, 3, 3), np.int64))
        act = requantize(image, 2, 12)
        rows = Reshape(act.y, [2, 12], layer="rows")
        turned = Transpose(rows.y, [0, 2, 1], layer="turn")
        return [image, act, rows, turned, Linear(turned.y, weight[:, :2], None, 3, layer="fc")]

    network = proven(build([tensor((1, 2, 3, 4), UI8)], tokens))
    assert [type(step) for step in network.steps] == [Mac, Mac]


def test_depthwise_layers_are_their_own_kind() -> None:
    weight = np.random.default_rng(6).integers(-1, 2, (4, 1, 3, 3))
    module = build([tensor((1, 4, 6, 5), UI8)], lambda x: [conv(x, weight, 9, groups=4)])
    (step,) = proven(module).steps
    assert isinstance(step, Depthwise)
    weight = np.random.default_rng(6).integers(-1, 2, (6, 2, 3, 3))
    module = build([tensor((1, 4, 6, 5), UI8)], lambda x: [conv(x, weight, 9, groups=2)])
    (mac,) = proven(module).steps
    assert isinstance(mac, Mac)
    assert mac.groups == 2


def test_a_transposed_layer_has_phases() -> None:
    weight = np.random.default_rng(7).integers(-1, 2, (4, 3, 4, 3))
    module = build(
        [tensor((1, 4, 3, 5), UI8)],
        lambda x: [
            ConvTranspose(
                x,
                weight,
                None,
                5,
                stride=(2, 3),
                output_padding=(1, 0),
                padding=((1, 1), (0, 1)),
                dilation=(1, 2),
                layer="up",
            )
        ],
    )
    (step,) = proven(module).steps
    assert isinstance(step, Mac)
    assert step.phases == 6
    assert (step.taps == -1).any()


def test_a_zero_point_that_padding_cannot_share_takes_a_copy() -> None:
    weight = np.random.default_rng(8).integers(-1, 2, (4, 2, 3, 3))
    body: Callable[..., Built] = lambda x: Built(  # noqa: E731
        [a := conv(x, weight, 9), b := conv(x, weight, 200)], [a.acc, b.acc]
    )
    network = proven(build([tensor((1, 2, 4, 4), UI8)], body))
    assert [type(step) for step in network.steps] == [Vector, Mac, Mac]
    assert isinstance(network.steps[0].closing, Greatest)


def test_padding_with_the_zero_point_is_read_as_taps() -> None:
    weight = np.random.default_rng(9).integers(-1, 2, (4, 2, 3, 3))

    def body(value: int) -> Callable[..., list[IntegerOp]]:
        pads = [(0, 0), (0, 0), (2, 0), (1, 1)]
        return lambda x: [p := Pad(x, pads, value, layer="pad"), conv(p.y, weight, 9)]

    assert len(proven(build([tensor((1, 2, 4, 4), UI8)], body(9))).steps) == 1
    assert len(proven(build([tensor((1, 2, 4, 4), UI8)], body(33))).steps) > 1


def test_a_join_of_channels_is_copied_by_its_columns() -> None:
    weight = np.random.default_rng(10).integers(-1, 2, (4, 5, 3, 3))
    module = build(
        [tensor((1, 2, 4, 4), UI8), tensor((1, 3, 4, 4), UI8)],
        lambda a, b: [j := Concat([a, b], 1, layer="join"), conv(j.y, weight)],
    )
    network = proven(module, (BYTE, BYTE))
    assert [type(step) for step in network.steps] == [Vector, Vector, Mac]


def test_pairs_are_an_index_and_a_table() -> None:
    table = np.random.default_rng(11).integers(0, 256, (16, 16))
    module = build(
        [tensor((1, 3, 4, 4), UI8), tensor((1, 3, 4, 4), SI8)],
        lambda a, b: [PairTable(a, b, table, 3, -5, Result(UI8, "pair"))],
    )
    network = proven(module, (Interval(3, 18), Interval(-5, 10)))
    assert [type(step) for step in network.steps] == [Vector, Vector]


def test_indices_become_rows() -> None:
    table = np.random.default_rng(12).integers(-9, 9, (20, 6))
    weight = np.random.default_rng(12).integers(-1, 2, (4, 6))
    module = build(
        [tensor((1, 7), UI8)],
        lambda x: [g := Gather(x, table, SI8, layer="rows"), Linear(g.y, weight, layer="fc")],
    )
    assert [type(step) for step in proven(module).steps] == [Vector, Mac]


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_a_sum_over_every_axis(axis: int) -> None:
    module = build(
        [tensor((1, 3, 5, 4), UI8)],
        lambda x: [s := Sum(x, 7, axis=axis, layer="sum"), requantize(s, 1, 1)],
    )
    (step,) = proven(module).steps
    assert isinstance(step, Mac if axis == 1 else Depthwise)


def test_a_gate_broadcasts_and_counts_from_its_own_zeros() -> None:
    def body(x: object, gate: object) -> list[IntegerOp]:
        wide = Broadcast(gate, [3, 4, 4], layer="wide")  # type: ignore[arg-type]
        ones = np.ones(1, np.int64)
        made = Mul(x, wide.y, 5, -3, ones, 0 * ones, 6 * ones, BYTE, Result(UI8, "gate"))  # type: ignore[arg-type]
        return [wide, made]

    module = build([tensor((1, 3, 4, 4), UI8), tensor((1, 3, 1, 1), SI8)], body)
    (step,) = proven(module, (BYTE, Interval(-128, 127))).steps
    assert isinstance(step, Vector)
    assert step.product


def test_a_moved_tap_is_seen() -> None:
    """The deliberate fault: what this file compares does find it."""
    module = conv_then(lambda op: requantize(op, 8, 30))
    network = lower(module)
    (step,) = network.steps
    assert isinstance(step, Mac)
    taps = step.taps.copy()
    taps[7, 4] += 1
    broken = replace(network, steps=(replace(step, taps=taps),))
    inputs = drawn(module, [BYTE], 0)
    assert require_equal(module, network, inputs) > 0
    with pytest.raises(AssertionError, match="act"):
        require_equal(module, broken, inputs)
