"""Plans: what lies where in memory, what is packed how, and what is refused."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from tests.helpers.plans.small import residual
from xdsl.dialects.builtin import ModuleOp

from draw.networks.dense import network, requantized
from tercet.errors import CapacityError, TercetError, UnsupportedError
from tercet.ir.module import build
from tercet.ir.types import SI8, SI32, UI8, Int, IntArray, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.targets.fabric.format import pt5
from tercet.targets.fabric.format.frame import Bank, Exec, Load, Store
from tercet.targets.fabric.format.spec import BUS_BYTES, named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan

SMALL = named("small")


def linear(weight: IntArray, element: Int = UI8) -> ModuleOp:
    """One layer."""
    kind = tensor((1, weight.shape[1]), element)
    return build([kind], lambda x: [Linear(x, weight, layer="fc1")])


@pytest.fixture(scope="module", params=["T=4,L=10", "T=2,L=10,bank_b_depth=256"])
def plan(request: pytest.FixtureRequest) -> Plan:
    """All in the banks, and with tensors in memory."""
    return make(residual(np.random.default_rng(1), size=8), named(request.param))


def test_everything_in_memory_lies_inside_the_window_and_apart(plan: Plan) -> None:
    stored = [f for f in plan.infer.frames if isinstance(f, Store)]
    spans = sorted(
        [(s.address, len(s.data)) for s in plan.segments]
        + [(p.address, p.size) for p in (plan.setup, plan.infer)]
        + [(plan.input_address, plan.input_bytes)]
        + [(s.address, s.beats * BUS_BYTES) for s in stored]
    )
    assert plan.window[0] <= spans[0][0]
    for (address, size), (following, _) in pairwise(spans):
        assert address + size <= following
    assert sum(spans[-1]) <= plan.window[1]


def test_setup_loads_cover_their_segments(plan: Plan) -> None:
    loads = [f for f in (*plan.setup.frames, *plan.infer.frames) if isinstance(f, Load)]
    loaded = {f.address: BUS_BYTES * f.beats for f in loads if f.bank != Bank.ACTIVATIONS}
    assert loaded == {s.address: len(s.data) for s in plan.segments}


def test_inputs_are_loaded_and_outputs_are_stored(plan: Plan) -> None:
    frames = plan.infer.frames
    inside = range(plan.input_address, plan.input_address + plan.input_bytes)
    brought: set[int] = set()
    for frame in frames:
        if isinstance(frame, Load) and frame.bank == Bank.ACTIVATIONS and frame.address in inside:
            end = frame.address + BUS_BYTES * frame.beats
            brought |= set(range(frame.address, end))
            assert end <= inside.stop
    assert brought == set(inside)
    last = frames[-1]
    assert isinstance(last, Store)
    assert (last.address, BUS_BYTES * last.beats) == (plan.output_address, plan.output_bytes)
    assert last.wait_exec == sum(isinstance(f, Exec) for f in frames)


def test_every_weight_lies_in_memory(plan: Plan, rng: np.random.Generator) -> None:
    """Trits of a dense layer, however they are spread: as many of each kind as the matrix has."""
    weight = rng.integers(-1, 2, (13, 40))
    made = make(linear(weight), named("T=4,L=10"))
    loads = [f for f in made.setup.frames if isinstance(f, Load) and f.bank == Bank.WEIGHTS]
    known = {segment.address: segment.data for segment in made.segments}
    trits = [pt5.unpack(np.frombuffer(known[f.address], np.uint8)) for f in loads]
    for value in (-1, 1):
        found = sum(int((t == value).sum()) for t in trits)
        copies = len(loads) * found // int((weight == value).sum())
        assert found == copies * (weight == value).sum() > 0


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
        assert set(row.tolist()) <= set(bytes_.tolist())
        (port,) = plan.inputs
        assert (bytes_[port.elements == inputs] == port.fill).all()
        assert sorted(port.elements[port.elements < inputs].tolist()) == list(range(inputs))
        np.testing.assert_array_equal(bytes_[np.argsort(port.elements)[:inputs]], row)


@pytest.mark.parametrize(
    ("closing", "dtype"),
    [(None, "<i4"), (requantized(UI8), "u1"), (requantized(SI8), "i1")],
)
def test_outputs_are_unpacked_as_they_were_stored(
    closing: Callable[..., Requantize] | None, dtype: str, rng: np.random.Generator
) -> None:
    plan = make(network(rng, (9, 6), (closing,)), SMALL)
    (port,) = plan.outputs
    assert port.dtype == dtype
    info = np.iinfo(dtype)
    values = rng.integers(info.min, info.max, (3, 6), endpoint=True)
    data = np.zeros((3, plan.output_bytes), np.uint8)
    places = np.argsort(np.where(port.elements < 0, 99, port.elements))[:6]
    data.view(dtype)[:, places + port.address // np.dtype(dtype).itemsize] = values
    np.testing.assert_array_equal(plan.unpack(data)[port.name], values)


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
    return caught.value


@pytest.mark.parametrize(
    ("widths", "fabric", "what"),
    [
        ((784, 60, 10), "T=1,L=5,bank_a_depth=64", "784 weight columns a tile at once"),
        ((784, 60, 10), "T=4,L=15,bank_b_depth=64", "activations need"),
        ((20, 20, 10), "T=1,L=20,param_depth=16", "parameter entries a tile at once"),
        ((20, 40), "T=1,L=5,out_depth=16", "64-bit words of bank C"),
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


def test_sums_that_leave_the_accumulators_are_refused_with_a_width_that_holds_them() -> None:
    module = linear(np.ones((5, 200), np.int64))
    error = refused(module, "ACC_W=16")
    assert "its sums reach 51000" in str(error)
    assert "ACC_W=17" in str(error)
    make(module, named("ACC_W=17"))


def test_sums_that_go_to_another_layer_unquantized_are_refused() -> None:
    one = np.ones((1, 1), np.int64)
    module = build(
        [tensor((1, 1), SI32)],
        lambda x: [a := Linear(x, one, layer="fc1"), Linear(a.acc, one, layer="fc2")],
    )
    assert isinstance(refused(module), UnsupportedError)


def test_reshapes_around_the_layers_move_nothing(rng: np.random.Generator) -> None:
    weight = rng.integers(-1, 2, (5, 12))
    module = build(
        [tensor((1, 3, 4), UI8)],
        lambda x: [flat := Reshape(x, (12,), layer="flat"), Linear(flat.y, weight, layer="fc1")],
    )
    one, other = make(module, SMALL), make(linear(weight), SMALL)
    assert len(one.infer.frames) == len(other.infer.frames)


def test_a_plan_says_what_every_layer_is() -> None:
    plan = make(residual(np.random.default_rng(1), widest=2), named("T=4,L=10"))
    kinds = {layer.name: layer.kind for layer in plan.layers}
    wanted = {
        "stem": "mac",
        "branch": "depthwise",
        "join": "vector",
        "pool": "vector",
        "dense": "mac",
    }
    copies = {name for name in kinds if name.startswith("copy of")}
    assert kinds == {**wanted, **dict.fromkeys(copies, "vector")}
    stem = plan.layers[0]
    assert (stem.planes, stem.shape, stem.grid.tiles) == (2, (36, 4), 4)
    assert 0 < stem.weight_sparsity < 1
