"""Programs in which waits keep apart what must not meet, and everything streams in time."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.helpers.plans.concurrent import ENGINES, require_apart
from tests.helpers.plans.planned import require_as_reference
from tests.helpers.plans.small import residual
from xdsl.dialects.builtin import ModuleOp

from draw.networks.dense import network, requantized
from tercet.ir.types import UI8
from tercet.targets.fabric.format.frame import Bank, Exec, Kind, Load, Opcode, Store
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan, Program


def dense(rng: np.random.Generator) -> ModuleOp:
    closings = (*[requantized(UI8)] * 2, None)
    return network(rng, (200, 60, 40, 10), closings)


CASES = {
    "resident": ("T=4,L=10", residual),
    "weights streamed": ("T=4,L=5,bank_a_depth=64", dense),
    "parameters streamed": ("T=2,L=10,param_depth=32", dense),
    "tables streamed": ("T=2,L=10,walk_depth=32,route_depth=16", residual),
    "spilled": ("T=2,L=10,bank_b_depth=256", lambda rng: residual(rng, size=8)),
    "everything": (
        "T=2,L=5,bank_a_depth=128,bank_b_depth=256,walk_depth=64,param_depth=16",
        lambda rng: residual(rng, size=8),
    ),
}


@pytest.fixture(params=CASES, scope="module")
def plan(request: pytest.FixtureRequest) -> Plan:
    fabric, module = CASES[request.param]
    return make(module(np.random.default_rng(1)), named(fabric))


def test_frames_that_may_run_together_touch_nothing_in_common(plan: Plan) -> None:
    assert require_apart(plan) >= 0


def test_only_the_last_frame_of_a_program_is_marked(plan: Plan) -> None:
    for program in (plan.setup, plan.infer):
        assert [frame.last for frame in program.frames] == [0] * (len(program.frames) - 1) + [1]


def test_every_wait_refers_to_frames_before_it(plan: Plan) -> None:
    for program in (plan.setup, plan.infer):
        counts = dict.fromkeys(ENGINES, 0)
        for frame in program.frames:
            assert frame.wait_load <= counts[Opcode.LOAD]
            assert frame.wait_exec <= counts[Opcode.EXEC]
            assert frame.wait_store <= counts[Opcode.STORE]
            counts[frame.opcode] += 1


def test_every_frame_survives_encoding_and_names_the_configuration(plan: Plan) -> None:
    for frame in (*plan.setup.frames, *plan.infer.frames):
        assert type(frame).decode(frame.encode()) == frame
        assert frame.config_id == plan.spec.config_id


@pytest.mark.parametrize(
    ("case", "bank"),
    [
        ("weights streamed", Bank.WEIGHTS),
        ("parameters streamed", Bank.PARAMETERS),
        ("tables streamed", Bank.WALK),
    ],
)
def test_what_does_not_fit_side_by_side_is_streamed(case: str, bank: Bank) -> None:
    fabric, module = CASES[case]
    program = make(module(np.random.default_rng(1)), named(fabric)).infer
    streamed = {Bank(f.bank) for f in program.frames if isinstance(f, Load)}
    assert bank in streamed
    roomy = make(module(np.random.default_rng(1)), named("T=4,L=10")).infer
    assert {f.bank for f in roomy.frames if isinstance(f, Load)} == {Bank.ACTIVATIONS}


def test_spilled_activations_pass_through_two_buffers_of_bank_c() -> None:
    fabric, module = CASES["spilled"]
    frames = make(module(np.random.default_rng(1)), named(fabric)).infer.frames
    exports = [f for f in frames if isinstance(f, Exec) and f.kind == Kind.EXPORT]
    assert len(exports) > 2
    assert len({f.out_base for f in exports}) == 2
    assert all(a.out_base != b.out_base for a, b in pairwise(exports))
    assert sum(isinstance(f, Store) for f in frames) == len(exports) + 1


@pytest.mark.parametrize("case", CASES)
def test_the_machine_computes_the_network(case: str, rng: np.random.Generator) -> None:
    fabric, make_module = CASES[case]
    module: ModuleOp = make_module(np.random.default_rng(1))
    inputs = 2 * 8 * 8 if case in ("spilled", "everything") else 72
    shape = (3, 200) if make_module is dense else (3, 2, *[int((inputs / 2) ** 0.5)] * 2)
    assert require_as_reference(module, make(module, named(fabric)), rng.integers(0, 256, shape))


@pytest.mark.parametrize("case", ["weights streamed", "spilled"])
def test_a_load_that_does_not_wait_is_noticed(case: str) -> None:
    """The deliberate fault: what this file checks does find it."""
    fabric, make_module = CASES[case]
    plan = make(make_module(np.random.default_rng(1)), named(fabric))
    hasty: Callable[[Load], Load] = lambda f: replace(f, wait_exec=0, wait_store=0)  # noqa: E731
    frames = tuple(hasty(f) if isinstance(f, Load) else f for f in plan.infer.frames)
    with pytest.raises(AssertionError, match="meet at"):
        require_apart(replace(plan, infer=Program(plan.infer.address, frames)))
