"""Programs of several inputs: each computes its own, nothing meets, and the next comes in time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans.concurrent import require_apart
from tests.helpers.plans.planned import drawn_inputs, planned, require_as_reference, seeded
from tests.matrix.structures import Structure
from tests.plan.program.test_schedule import CASES
from xdsl.dialects.builtin import ModuleOp

from draw.networks.convolutional import cnn
from draw.networks.dense import network, randomly, requantized
from tercet import frontends, passes
from tercet.errors import CapacityError, UnsupportedError
from tercet.ir.types import UI8
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.frame import Bank, Exec, Load, Store
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.length import MOST_FRAMES, require_short, require_wide
from tercet.targets.fabric.program.plan import Plan, Program
from tercet.targets.fabric.program.transfers import Export
from tercet.targets.fabric.tiles.tensor import Tensor
from tercet_golden.cycles import predict
from tercet_golden.vectors import make as vectors

DENSE = (requantized(UI8), None)
VECTORS = 5
"""No batch of 2 or 3 divides it."""
SAMPLE = (
    "networks-a_network-9",
    "networks-a_network-15",
    "elementwise-one_tensor_used_three_times",
    "movement-a_layer_reads_what_was_moved",
    "inputs-an_input_of_every_rank-4",
    "structure-two_inputs_and_two_outputs",
)


def arrivals(plan: Plan) -> list[Load]:
    """The LOADs of inputs."""
    inside = range(plan.input_address, plan.input_address + plan.input_bytes)
    loads = [f for f in plan.infer.frames if isinstance(f, Load)]
    return [f for f in loads if f.bank == Bank.ACTIVATIONS and f.address in inside]


@pytest.mark.corners
@pytest.mark.parametrize("batch", [2, 3])
@pytest.mark.parametrize("case", CASES)
def test_every_input_of_a_batch_is_computed_and_nothing_meets(
    case: str, batch: int, rng: np.random.Generator
) -> None:
    fabric, made = CASES[case]
    module = made(np.random.default_rng(1))
    plan = make(module, named(fabric), batch=batch)
    x = drawn_inputs(module, rng, VECTORS)
    assert require_as_reference(module, plan, *x) > 0
    assert len(predict(plan, *x).runs) == -(-VECTORS // batch)
    assert require_apart(plan) > 0


@pytest.mark.parametrize("name", ["digits_mlp", "digits_cnn", "tfmbs_mlp", "digits_resnet"])
def test_networks_of_the_zoo_run_in_batches(name: str) -> None:
    model = frontends.resolve(name)
    module = passes.run(frontends.capture(model))
    x = [each[:VECTORS] for each in vectors(module, model.samples, VECTORS, 1).xs]
    one = predict(make(module, named("tfmbs")), *x).cycles.sum()
    for batch in (2, 3):
        plan = make(module, named("tfmbs"), batch=batch)
        assert require_as_reference(module, plan, *x) > 0
        whole = VECTORS // batch * batch
        some = [each[:whole] for each in x]
        assert predict(plan, *some).cycles.sum() < one * whole / VECTORS


def test_a_structure_runs_in_batches(structure: Structure) -> None:
    rng = seeded(structure.name, "batch")
    for module in structure.modules():
        try:
            lower(module)
        except UnsupportedError:
            continue
        fabric = planned(module, "tfmbs")[0].spec.name
        for chooser in (choose, randomly(rng)):
            plan = make(module, named(fabric), chooser, batch=int(rng.integers(2, 4)))
            assert require_as_reference(module, plan, *drawn_inputs(module, rng, 4)) > 0
            if len(plan.infer.frames) < 100:
                require_apart(plan)


@pytest.mark.parametrize("seed", range(6))
def test_random_networks_on_small_banks_run_in_batches(seed: int) -> None:
    rng = np.random.default_rng(seed)
    module, sizes = cnn(rng), "bank_b_depth=512,walk_depth=128,route_depth=128,param_depth=64"
    one, _ = planned(module, f"T=2,L=5,bank_a_depth=256,out_depth=64,{sizes}", randomly(rng))
    plan = make(module, one.spec, batch=3)
    assert require_as_reference(module, plan, *drawn_inputs(module, rng, 4)) > 0
    if len(plan.infer.frames) < 150:
        require_apart(plan)


def test_with_room_inputs_and_outputs_have_two_places_in_turn(rng: np.random.Generator) -> None:
    plan = make(network(rng, (60, 20, 10), DENSE), named("T=2,L=10"), batch=4)
    loads = [load.base for load in arrivals(plan)]
    assert loads[0] != loads[1]
    assert loads == [loads[0], loads[1]] * 2
    stores = [f for f in plan.infer.frames if isinstance(f, Store)]
    assert [s.base for s in stores] == [0, stores[0].beats] * 2
    assert [load.wait_exec for load in arrivals(plan)] == [0, 0, 1, 3]


@pytest.mark.parametrize(
    ("depth", "waits"),
    [(1024, [0, 0, 1]), (512, [0, 1, 4]), (256, [0, 3, 6])],
    ids=["two places", "one of its own", "a shared one"],
)
def test_an_input_waits_for_what_lies_in_its_place(
    depth: int, waits: list[int], rng: np.random.Generator
) -> None:
    """For the input before the last one; for the last one's first layer; for its third layer."""
    module = network(rng, (200, 40, 200, 10), (*[requantized(UI8)] * 2, None))
    fabric = f"T=1,L=20,bank_b_depth={depth},out_depth=8"
    plan = make(module, named(fabric), batch=3)
    assert [load.wait_exec for load in arrivals(plan)] == waits
    assert require_apart(plan) > 0
    assert require_as_reference(module, plan, *drawn_inputs(module, rng, 3)) > 0
    assert {f.base for f in plan.infer.frames if isinstance(f, Store)} == {0}


def test_what_stays_is_loaded_once_and_by_the_set_up(rng: np.random.Generator) -> None:
    module = network(rng, (60, 20, 10), DENSE)
    one, many = (make(module, named("T=2,L=10"), batch=batch) for batch in (1, 8))
    assert [f for f in one.setup.frames if isinstance(f, Load)] == list(many.setup.frames)
    assert {f.bank for f in many.infer.frames if isinstance(f, Load)} == {Bank.ACTIVATIONS}


def test_a_load_that_does_not_wait_is_noticed() -> None:
    """The deliberate fault: an input that comes over the one before it."""
    fabric, made = CASES["everything"]
    plan = make(made(np.random.default_rng(1)), named(fabric), batch=2)
    hasty: Callable[[Load], Load] = lambda f: replace(f, wait_exec=0)  # noqa: E731
    late = set(arrivals(plan)[1:])
    frames = tuple(hasty(f) if isinstance(f, Load) and f in late else f for f in plan.infer.frames)
    with pytest.raises(AssertionError, match="meet at"):
        require_apart(replace(plan, infer=Program(plan.infer.address, frames)))


def test_an_output_that_does_not_wait_for_its_place_is_noticed(rng: np.random.Generator) -> None:
    plan = make(network(rng, (60, 20, 10), DENSE), named("T=2,L=10"), batch=3)
    frames = tuple(
        replace(f, wait_store=0) if isinstance(f, Exec) else f for f in plan.infer.frames
    )
    assert frames != plan.infer.frames
    with pytest.raises(AssertionError, match="meet at"):
        require_apart(replace(plan, infer=Program(plan.infer.address, frames)))


def test_a_last_batch_that_is_not_full_is_filled_with_zero_points(rng: np.random.Generator) -> None:
    module = network(rng, (6, 5), (None,), entry_zero=7)
    plan = make(module, named("T=2,L=5"), batch=3)
    packed = plan.pack(rng.integers(0, 7, (4, 6)))
    assert packed.shape == (2, plan.input_bytes)
    assert (packed[1].reshape(3, -1)[1:] == 7).all()
    assert (
        len(plan.unpack(np.zeros((2, plan.output_bytes), np.uint8), 4)[plan.outputs[0].name]) == 4
    )


def refused(module: ModuleOp, batch: int) -> str:
    with pytest.raises(CapacityError) as error:
        make(module, named("T=2,L=5"), batch=batch)
    return str(error.value)


def test_a_batch_that_does_not_fit_is_refused_with_the_one_that_does(
    rng: np.random.Generator,
) -> None:
    module = network(rng, (6, 5), (None,))
    assert refused(module, 30_000) == (
        f"a program of 30000 inputs takes 90000 frames, it may have {MOST_FRAMES}:"
        " choose --batch 21845"
    )
    assert len(make(module, named("T=2,L=5"), batch=21_845).infer.frames) == MOST_FRAMES
    wide = network(rng, (900, 5), (None,))
    assert "choose a smaller --batch" in refused(wide, 300_000)


@pytest.mark.parametrize(
    ("units", "exports", "batch", "told"),
    [
        (10, 40_000, 1, "takes 80010 frames, it may have 65535, for bank C has room for 6 words"),
        (10, 400, 100, "a program of 100 inputs takes 81000 frames"),
        (10, 30_000, 1, None),
        (70_000, 0, 1, None),
    ],
    ids=["one input", "a batch", "as many as there may be", "no exports"],
)
def test_exports_of_few_words_are_refused_with_the_depth_that_is_enough(
    units: int, exports: int, batch: int, told: str | None
) -> None:
    spec, tensor = (
        named("T=2,L=5,out_depth=512"),
        Tensor("x", 1, 1, 1, UI8, 0, np.zeros((1, 1), np.int64)),
    )
    many = [Export(0, 0, 0, 6, 0, tensor)] * exports
    if told is None:
        require_wide(many, units, batch, 500, spec)
        return
    with pytest.raises(CapacityError, match=told) as error:
        require_wide(many, units, batch, 500, spec)
    depth = int(str(error.value).split("out_depth=")[-1])
    words = (depth - 500) // 2
    fewer = [Export(0, 0, 0, words, 0, tensor)] * -(-6 * exports // words)
    require_wide(fewer, units, batch, 500, named(f"T=2,L=5,out_depth={depth}"))


@pytest.mark.parametrize(
    ("batch", "cut", "told"),
    [
        (1, True, "--fabric small,bank_b_depth=8192"),
        (1, False, "--fabric small,bank_a_depth=2048"),
        (20, True, "--batch 13"),
    ],
)
def test_a_program_that_is_too_long_is_refused_with_what_makes_it_shorter(
    batch: int, cut: bool, told: str
) -> None:
    require_short(MOST_FRAMES, batch, named("small"), cut=cut)
    with pytest.raises(CapacityError, match=f"{told}$"):
        require_short(100_000, batch, named("small"), cut=cut)
