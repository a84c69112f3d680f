"""Large images: steps in many pieces, of which few are unlike, planned as fast as a few."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.helpers.plans import steps_run
from tests.helpers.plans.planned import drawn_inputs, require_as_reference
from tests.plan.choice.test_spill import run_in_pieces
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import CapacityError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, shape_of, tensor
from tercet.ops.conv import Conv
from tercet.ops.max_pool import MaxPool
from tercet.ops.requantize import Requantize
from tercet.targets.effort import EFFORTS, Asked, Effort
from tercet.targets.fabric.choice import stager
from tercet.targets.fabric.choice.spill import Spill, spilled
from tercet.targets.fabric.format.frame import Bank, Load
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.network.pieces import cut
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.stages.stage import Shape, Stage, staged

FABRIC = "T=2,L=10,bank_b_depth=1024,bank_a_depth=128,out_depth=64"
SHALLOW = f"{FABRIC},bank_b_depth=256"
UNLIKE = 6
"""Kinds of pieces: at the top, at the bottom, and between them of two sizes; some to spare."""


def conv(
    x: SSAValue, outputs: int, stride: int = 1, groups: int = 1, pad: int = 1
) -> list[IntegerOp]:
    inputs = shape_of(x)[1]
    rng = np.random.default_rng(outputs)
    made = Conv(
        x,
        rng.integers(-1, 2, (outputs, inputs // groups, 3, 3)),
        rng.integers(-50, 50, outputs),
        0,
        stride=(stride, stride),
        padding=((pad, pad),) * 2,
        dilation=(1, 1),
        groups=groups,
        layer=f"conv to {outputs} by {stride}",
    )
    height, width = shape_of(made.acc)[2:]
    ones = np.ones(1, np.int64)
    closed = Requantize(
        made.acc,
        3 * ones,
        0 * ones,
        5 * ones,
        Interval(0, 255),
        Result(UI8, f"act of {outputs}", inner=int(height * width)),
    )
    return [made, closed]


def network(side: int, width: int | None = None) -> ModuleOp:
    """A strided convolution, one per channel, a pool and one that leaves through memory."""

    def body(x: SSAValue) -> list[IntegerOp]:
        ops = conv(x, 6, stride=2)
        ops += conv(ops[-1].results[0], 6, groups=6)
        none = ((0, 0), (0, 0))
        two, one = (2, 2), (1, 1)
        before = ops[-1].results[0]
        pool = MaxPool(before, kernel=two, stride=two, padding=none, dilation=one, layer="pool")
        ops.append(pool)
        return ops + conv(ops[-1].results[0], 4)

    return build([tensor((1, 2, side, width or side), UI8)], body)


@pytest.mark.parametrize("count", [2, 8, 32, 64, 200])
@pytest.mark.parametrize("side", [48, 50])
def test_few_pieces_of_a_step_are_unlike(side: int, count: int) -> None:
    whole = normal(lower(network(side)))
    for step in whole.steps:
        x = step.operands[0]
        pieces = cut(step, count, (True,))
        assert sum(piece.step.result.positions for piece in pieces) == step.result.positions
        unlike = len({piece.key for piece in pieces})
        rows = step.result.height
        assert unlike <= UNLIKE if count <= rows else unlike <= UNLIKE * -(-count // rows), x.name


def test_pieces_that_read_what_is_in_bank_b_have_a_place_of_their_own() -> None:
    """They begin where others do not, so none stands for another."""
    (step, *_) = normal(lower(network(48))).steps
    assert len({piece.key for piece in cut(step, 8, (False,))}) == 8


def test_what_is_planned_of_a_step_does_not_grow_with_the_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    def counted(shape: Shape, spec: object) -> Stage:
        made.append(shape.step.name)
        return staged(shape, spec)  # type: ignore[arg-type]

    monkeypatch.setattr(stager, "staged", counted)
    found = []
    for side in (48, 96, 192):
        made.clear()
        execs = len(make(network(side, 48), named(FABRIC)).infer.execs)
        found.append((len(made), execs))
    (_, few), (once, more), (again, many) = found
    assert few < more < many / 1.5, "the number of pieces does"
    assert again <= 1.5 * once


@pytest.mark.parametrize("size", [(48, 48), (33, 56), (90, 20)], ids=str)
def test_a_large_image_in_pieces_is_computed_right(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(size)
    module = network(*size)
    plan = make(module, named(FABRIC))
    assert require_as_reference(module, plan, *drawn_inputs(module, rng, 2)) > 0


@pytest.mark.parametrize("effort", EFFORTS.values(), ids=lambda effort: effort.name)
def test_any_effort_gives_one_plan_that_is_right(effort: Effort) -> None:
    module, spec = network(40), named(FABRIC)
    plan, again = (make(module, spec, asked=Asked(effort)) for _ in range(2))
    assert plan.infer.data == again.infer.data
    x = drawn_inputs(module, np.random.default_rng(1), 2)
    assert require_as_reference(module, plan, *x) > 0


def test_pieces_that_follow_one_another_have_their_weights_loaded_once() -> None:
    plan = make(network(48), named(FABRIC))
    programs = (*plan.setup.frames, *plan.infer.frames)
    weights = [f for f in programs if isinstance(f, Load) and f.bank == Bank.WEIGHTS]
    pieces = len(plan.infer.execs)
    assert len({load.address for load in weights}) == len(weights) < pieces // 4


@pytest.mark.parametrize("size", [(24, 96), (12, 400)], ids=str)
def test_a_piece_of_a_part_of_a_row_brings_a_rectangle(size: tuple[int, int]) -> None:
    """Three rows of the image are more than bank B holds: each row of the rectangle is a LOAD."""
    module = network(*size)
    plan = make(module, named(SHALLOW))
    assert require_as_reference(module, plan, *drawn_inputs(module, np.random.default_rng(1), 2))


def padded(side: int, width: int) -> ModuleOp:
    """One per channel, and one of all, whose windows at the edges lie in the padding alone."""

    def body(x: SSAValue) -> list[IntegerOp]:
        ops = conv(x, 2, groups=2, pad=4)
        return ops + conv(ops[-1].results[0], 4, pad=4)

    return build([tensor((1, 2, side, width), UI8)], body)


@pytest.mark.corners
@pytest.mark.parametrize("made", [network, padded])
@pytest.mark.parametrize("count", [2, 30, 90, 200, 10_000])
def test_pieces_of_any_size_compute_what_the_whole_computes(
    made: Callable[[int, int], ModuleOp], count: int
) -> None:
    """In rows, parts of rows, and position by position."""
    whole = normal(lower(made(20, 30)))
    x = np.random.default_rng(count).integers(0, 256, (1, 2, 20, 30))
    wanted = steps_run.run(whole, x)
    tensors = frozenset(x for step in whole.steps for x in (step.result, *whole.inputs))
    pieces = spilled(whole, Spill(tensors, tuple((step, count) for step in whole.steps)))
    found = run_in_pieces(pieces, x)
    for output in whole.outputs:
        np.testing.assert_array_equal(found[id(output)], wanted[id(output)])


def test_a_window_that_no_piece_has_room_for_is_refused_at_once() -> None:
    with pytest.raises(CapacityError, match=r"conv to 6 by 2: one window .*,bank_b_depth=128$"):
        make(network(24, 96), named(f"{FABRIC},bank_b_depth=64"))


def test_what_the_planner_is_at_is_told() -> None:
    told: list[str] = []
    tell: Callable[[str], None] = told.append
    make(network(48), named(FABRIC), asked=Asked(tell=tell))
    assert told[0].startswith("spill to memory")
    assert any(what.startswith("grids of conv to 6 by 2") for what in told)
    assert told[-1] == "tables and programs"


def test_a_sketch_has_the_first_of_pieces_that_are_alike() -> None:
    whole = normal(lower(network(48)))
    tensors = frozenset(x for step in whole.steps for x in (step.result, *whole.inputs))
    spill = Spill(tensors, tuple((step, 8) for step in whole.steps))
    pieces = spilled(whole, spill)
    for step, piece in pieces.pieces.items():
        assert pieces.like(piece.like) is piece.like
        assert piece.of in whole.steps
        assert step.result.positions == piece.like.result.positions
