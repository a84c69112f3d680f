"""Plans: what lies where, what is packed how, and what is refused."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CapacityError, TercetError, UnsupportedError
from tercet.fabric import pt5
from tercet.fabric.frame import Exec, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, named
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import SI8, SI32, UI8, Int, IntArray, signed, tensor, unsigned
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.ops.threshold import Threshold
from tercet.plan import Plan, make
from tercet_cosim.networks import network, requantized, thresholded

SMALL = named("small")


def linear(weight: IntArray, element: Int = UI8) -> ModuleOp:
    """One layer."""
    kind = tensor((1, weight.shape[1]), element)
    return build([kind], lambda x: [Linear(x, weight, layer="fc1")])


@pytest.fixture
def plan(rng: np.random.Generator) -> Plan:
    closings = (requantized(UI8), thresholded(signed(3)), None)
    return make(network(rng, (70, 45, 33, 7), closings, entry=SI8, entry_zero=-3), SMALL)


def frames(plan: Plan) -> tuple[Frame, ...]:
    return (*plan.setup.frames, *plan.infer.frames)


def test_only_the_last_frame_of_a_program_is_marked(plan: Plan) -> None:
    for program in (plan.setup, plan.infer):
        assert [frame.last for frame in program.frames] == [0] * (len(program.frames) - 1) + [1]


def test_every_frame_fits_its_fields_and_names_the_configuration(plan: Plan) -> None:
    for frame in frames(plan):
        assert type(frame).decode(frame.encode()) == frame
        assert frame.config_id == SMALL.config_id


def test_everything_in_memory_lies_inside_the_window_and_apart(plan: Plan) -> None:
    spans = sorted(
        [(s.address, len(s.data)) for s in plan.segments]
        + [(p.address, p.size) for p in (plan.setup, plan.infer)]
        + [(plan.input_address, plan.input_bytes), (plan.output_address, plan.output_bytes)]
    )
    assert plan.window[0] <= spans[0][0]
    for (address, size), (following, _) in pairwise(spans):
        assert address + size <= following
    assert sum(spans[-1]) <= plan.window[1]


def test_loads_and_stores_cover_their_buffers(plan: Plan) -> None:
    loads = [f for f in plan.setup.frames if isinstance(f, Load)]
    loaded = {f.address: BUS_BYTES * f.beats for f in loads}
    assert loaded == {s.address: len(s.data) for s in plan.segments}
    inputs = [f for f in plan.infer.frames if isinstance(f, Load)]
    assert sum(BUS_BYTES * f.beats for f in inputs) == plan.input_bytes
    (store,) = (f for f in plan.infer.frames if isinstance(f, Store))
    assert (store.address, BUS_BYTES * store.beats) == (plan.output_address, plan.output_bytes)
    assert store.wait_exec == sum(isinstance(f, Exec) for f in plan.infer.frames)


def test_layers_do_not_share_columns_parameters_or_activations(plan: Plan) -> None:
    for before, after in pairwise(plan.layers):
        columns = before.passes * before.mapping.columns
        assert before.column_base + columns <= after.column_base
        entries = before.passes * SMALL.lanes * before.post.entries
        assert before.param_base + entries <= after.param_base
        low, high = sorted((before, after), key=lambda layer: layer.act_base)
        assert low.act_base + low.mapping.slice_inputs <= high.act_base


def test_the_weights_in_memory_are_those_of_the_layers(plan: Plan) -> None:
    for layer, segment in zip(plan.layers, plan.segments, strict=False):
        trits = pt5.unpack(np.frombuffer(segment.data, np.uint8))
        want = layer.mapping.weights(layer.matrix)
        np.testing.assert_array_equal(trits.reshape(want.shape), want)


@pytest.mark.parametrize("inputs", [1, 8, 70, 600])
def test_packed_inputs_hold_every_input_and_else_the_zero_point(
    inputs: int, rng: np.random.Generator
) -> None:
    module = network(rng, (inputs, 5), (None,), entry=SI8, entry_zero=-3)
    plan = make(module, named("T=2,L=5"))
    x = rng.integers(-128, 128, (4, inputs))
    packed = plan.pack(x)
    assert packed.shape == (4, plan.input_bytes)
    for row, bytes_ in zip(x, packed.view(np.int8), strict=True):
        gap = np.full(plan.input_bytes - inputs, -3)
        assert sorted(bytes_.tolist()) == sorted([*row.tolist(), *gap.tolist()])


def test_a_wide_first_layer_of_one_pass_is_cut_in_two_parts(rng: np.random.Generator) -> None:
    plan = make(network(rng, (1000, 5, 3), (requantized(UI8), None)), named("T=1,L=5"))
    first = plan.layers[0]
    assert (len(first.chunks), sum(first.chunks)) == (2, first.mapping.slice_inputs)
    chained = [f.chain for f in plan.infer.frames if isinstance(f, Exec)]
    assert chained == [1, 0, 0]


@pytest.mark.parametrize(
    ("closing", "dtype"),
    [(None, "<i4"), (requantized(UI8), "u1"), (requantized(SI8), "i1")],
)
def test_outputs_are_unpacked_as_they_were_stored(
    closing: Callable[..., Requantize] | None, dtype: str, rng: np.random.Generator
) -> None:
    plan = make(network(rng, (9, 6), (closing,)), SMALL)
    assert plan.output_dtype == dtype
    info = np.iinfo(plan.output_dtype)
    values = rng.integers(info.min, info.max, (3, 6), endpoint=True)
    data = np.zeros((3, plan.output_bytes), np.uint8)
    data[:, : 6 * info.bits // 8] = values.astype(dtype).view(np.uint8)
    np.testing.assert_array_equal(plan.unpack(data), values)


def test_the_image_holds_weights_parameters_and_both_programs(plan: Plan) -> None:
    image = plan.image().tobytes()
    for segment in plan.segments:
        assert image[segment.address :].startswith(segment.data)
    for program in (plan.setup, plan.infer):
        assert image[program.address :].startswith(program.data)


def refused(module: ModuleOp, fabric: str = "small") -> TercetError:
    """The error with which the plan is refused."""
    with pytest.raises(TercetError) as caught:
        make(module, named(fabric))
    print(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("widths", "fabric", "what"),
    [
        ((784, 60, 10), "T=4,L=15,bank_a_depth=64", "weight columns"),
        ((784, 60, 10), "T=4,L=15,bank_b_depth=64", "activations"),
        ((20, 40, 10), "T=1,L=5,param_depth=32", "parameter entries"),
        ((20, 40), "T=1,L=5,out_depth=16", "words of outputs"),
    ],
)
def test_a_network_that_does_not_fit_names_what_is_short_and_a_size_that_fits(
    widths: tuple[int, ...], fabric: str, what: str, rng: np.random.Generator
) -> None:
    closings = (*[requantized(UI8)] * (len(widths) - 2), None)
    module = network(rng, widths, closings)
    error = refused(module, fabric)
    assert isinstance(error, CapacityError)
    assert what in str(error)
    make(module, named(str(error).rpartition("--fabric ")[2]))


@pytest.mark.parametrize(("closing", "fits"), [(None, 32), (requantized(UI8), 128)])
def test_bank_c_is_filled_to_its_last_word(
    closing: Callable[..., Requantize] | None, fits: int, rng: np.random.Generator
) -> None:
    fabric = "T=1,L=5,out_depth=16"
    make(network(rng, (4, fits), (closing,)), named(fabric))
    assert "17 64-bit words" in str(refused(network(rng, (4, fits + 1), (closing,)), fabric))


def test_sums_that_leave_the_accumulators_are_refused_with_a_width_that_holds_them() -> None:
    module = linear(np.ones((5, 200), np.int64))
    error = refused(module, "ACC_W=16")
    assert "its sums reach 51000" in str(error)
    assert "ACC_W=17" in str(error)
    make(module, named("ACC_W=17"))


def test_more_thresholds_than_the_fabric_counts_are_refused(rng: np.random.Generator) -> None:
    module = network(rng, (10, 10, 3), (thresholded(unsigned(5)), None))
    assert "31 thresholds" in str(refused(module, "param_depth=4096"))


def test_weights_that_are_no_trits_are_refused() -> None:
    error = refused(linear(np.array([[1, 2, -3]])))
    assert isinstance(error, UnsupportedError)
    assert "fc1: its weights range from -3 to 2" in str(error)


def test_results_of_more_than_eight_bits_are_refused() -> None:
    wide, one = Interval(0, 1000), np.ones(1, np.int64)
    module = build(
        [tensor((1, 1), UI8)],
        lambda x: [
            a := Linear(x, one[None], layer="fc1"),
            b := Requantize(a.acc, one, 0 * one, 0 * one, wide, unsigned(16), layer="fc1"),
            Linear(b.y, one[None], layer="fc2"),
        ],
    )
    assert "fc1: its results are" in str(refused(module))


def test_sums_that_go_to_another_layer_unquantized_are_refused() -> None:
    one = np.ones((1, 1), np.int64)
    module = build(
        [tensor((1, 1), SI32)],
        lambda x: [a := Linear(x, one, layer="fc1"), Linear(a.acc, one, layer="fc2")],
    )
    assert "its sums must go to one quantizer" in str(refused(module))


def closed(closing: Callable[[Linear], Requantize | Threshold]) -> ModuleOp:
    """One layer of six outputs and its quantizer."""
    weight = np.ones((6, 3), np.int64)
    return build(
        [tensor((1, 3), UI8)],
        lambda x: [a := Linear(x, weight, layer="fc1"), closing(a)],
    )


ONE, TWO, BYTE = np.ones(1, np.int64), np.ones(2, np.int64), Interval(0, 255)


@pytest.mark.parametrize(
    ("closing", "kind", "message"),
    [
        (
            lambda a: Requantize(a.acc, ONE << 24, ONE, 30 * ONE, BYTE, UI8, layer="fc1"),
            CapacityError,
            "fc1: channel 0 is requantized by 16777216 and a shift of 30",
        ),
        (
            lambda a: Requantize(a.acc, ONE, ONE, 48 * ONE, BYTE, UI8, layer="fc1"),
            CapacityError,
            "fc1: channel 0 is requantized by 1 and a shift of 48",
        ),
        (
            lambda a: Requantize(a.acc, ONE, ONE << 47, 40 * ONE, BYTE, UI8, layer="fc1"),
            CapacityError,
            "fc1: channel 0 needs an addend of more than 48 bits",
        ),
        (
            lambda a: Requantize(a.acc, TWO, TWO, TWO, BYTE, UI8, inner=3, layer="fc1"),
            UnsupportedError,
            "fc1: its quantizer has one channel for 3 outputs in a row",
        ),
        (
            lambda a: Threshold(
                a.acc, 7 * ONE[None], 1, UI8, falls=np.ones((1, 1), bool), layer="fc1"
            ),
            UnsupportedError,
            "fc1: its results rise and fall with the sum",
        ),
    ],
)
def test_a_quantizer_that_the_fabric_has_not_is_refused(
    closing: Callable[[Linear], Requantize | Threshold], kind: type[TercetError], message: str
) -> None:
    error = refused(closed(closing))
    assert isinstance(error, kind)
    assert str(error).startswith(message)


@pytest.mark.parametrize(
    "closing",
    [
        lambda a, n: Requantize(
            a.acc, np.arange(1, n + 1), np.arange(n), 9 * np.ones(n, int), BYTE, UI8, layer="fc1"
        ),
        lambda a, n: Threshold(a.acc, np.arange(12).reshape(2, 6)[:n], 0, unsigned(3), layer="fc1"),
    ],
)
def test_channels_that_repeat_are_those_of_each_output(
    closing: Callable[[Linear, int], Requantize | Threshold],
) -> None:
    for n in (1, 2):
        plan = make(closed(lambda a, n=n: closing(a, n)), SMALL)  # type: ignore[misc]
        (post,) = (layer.post for layer in plan.layers)
        np.testing.assert_array_equal(post.data[:6], np.tile(post.data[:n], (6 // n, 1, 1)))
        assert n == 1 or (post.data[0] != post.data[1]).any()


def test_reshapes_around_the_layers_move_nothing(rng: np.random.Generator) -> None:
    weight = rng.integers(-1, 2, (5, 12))
    module = build(
        [tensor((1, 3, 4), UI8)],
        lambda x: [flat := Reshape(x, (12,), layer="flat"), Linear(flat.y, weight, layer="fc1")],
    )
    assert make(module, SMALL).image().tobytes() == make(linear(weight), SMALL).image().tobytes()


def test_a_dense_layer_that_runs_several_times_an_input_is_refused() -> None:
    module = build(
        [tensor((1, 4, 3), UI8)],
        lambda x: [Linear(x, np.ones((2, 3), np.int64), layer="fc1")],
    )
    assert "fc1: its input has shape (1, 4, 3)" in str(refused(module))


def test_a_network_of_two_inputs_is_refused() -> None:
    kinds = [tensor((1, 3), UI8)] * 2
    module = build(kinds, lambda a, b: [Linear(b, np.ones((2, 3), np.int64), layer="fc1")])
    assert "the network has 2 inputs and 1 outputs" in str(refused(module))
