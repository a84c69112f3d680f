"""Random networks on small fabrics where nothing divides: integers, registers, cycles."""

from dataclasses import dataclass

import numpy as np
import pytest

from draw.networks.dense import Closing, inputs, network, planned_anyhow, requantized, thresholded
from draw.predicted import assert_as_predicted
from tercet.ir.types import SI8, UI8, Int, signed, unsigned
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.planner import make
from tercet_cosim.run import Memory

VECTORS = 10
LONE = "T=1,L=5,bank_a_depth=512,bank_b_depth=256,param_depth=512,out_depth=64"
PAIR = "T=2,L=5,ACC_W=20,bank_a_depth=512,bank_b_depth=1024,param_depth=512,out_depth=64"
LANES = "T=4,L=10,TELEMETRY=2,bank_a_depth=256,bank_b_depth=512,param_depth=512,out_depth=128"
MANY = "T=8,L=5,ACC_W=18,bank_a_depth=512,bank_b_depth=128,param_depth=512,out_depth=128"
U4, S4, U2, S3 = unsigned(4), signed(4), unsigned(2), signed(3)


@dataclass(frozen=True)
class Case:
    """A network to draw and a fabric to run it on; no closing for the last layer: its sums."""

    name: str
    fabric: str
    widths: tuple[int, ...]
    closings: tuple[Closing | None, ...]
    entry: Int = UI8
    entry_zero: int = 0
    density: float = 0.6


BYTES, SIGNED, STEPS = requantized(UI8), requantized(SI8), thresholded(U4)
CASES = (
    Case("one value", LONE, (1, 1), (None,)),
    Case("many passes", LONE, (13, 37, 7), (BYTES, None)),
    Case("signed with a zero point", LONE, (17, 11, 3), (SIGNED, None), SI8, -7),
    Case("thresholds", LONE, (9, 14, 6, 2), (STEPS, thresholded(S3), None)),
    Case("bytes out", LONE, (30, 12), (BYTES,), UI8, 128),
    Case("bank C full", LONE, (10, 125), (None,)),
    Case("two tiles", PAIR, (33, 21, 10, 4), (BYTES, SIGNED, None)),
    Case("two parts of the input", PAIR, (530, 5, 9), (BYTES, None)),
    Case("sparse", PAIR, (64, 19, 3), (BYTES, None), density=0.05),
    Case("trits in between", PAIR, (40, 23, 17, 5), (thresholded(U2), STEPS, SIGNED)),
    Case("every lane counted", LANES, (47, 29, 11), (BYTES, None)),
    Case("every lane, signed", LANES, (24, 50, 10), (thresholded(S4), SIGNED), SI8, 5),
    Case("eight tiles", MANY, (70, 45, 33, 7), (BYTES, SIGNED, None)),
    Case("fewer outputs than tiles", MANY, (90, 3, 5, 1), (SIGNED, STEPS, None), UI8, 255),
    Case("no input but zeros counts", MANY, (65, 40), (requantized(U2),), density=1.0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_random_network_runs_as_predicted(case: Case, rng: np.random.Generator) -> None:
    module = network(
        rng,
        case.widths,
        case.closings,
        entry=case.entry,
        entry_zero=case.entry_zero,
        density=case.density,
    )
    x = inputs(rng, module, VECTORS, case.entry_zero)
    plan = make(module, named(case.fabric))
    run = assert_as_predicted(module, plan, x)
    if np.ptp(run.values[plan.layers[0].result_name]) > 0:
        sums = plan.layers[0].sum_name
        assert sums is not None
        assert len(np.unique(run.values[sums], axis=0)) > VECTORS // 3


@pytest.mark.parametrize("fabric", [PAIR, LANES, MANY], ids=["T=2", "T=4", "T=8"])
@pytest.mark.parametrize("turn", range(4))
def test_any_mapping_gives_the_same_integers(
    fabric: str, turn: int, rng: np.random.Generator
) -> None:
    spec: FabricSpec = named(fabric)
    widths = tuple(int(n) for n in rng.integers(1, 36, 4))
    closings = (requantized(UI8), thresholded(signed(3)), requantized(SI8))
    module = network(
        rng, widths, closings[: len(widths) - 2] + (None, requantized(U4))[turn % 2 :][:1]
    )
    plan = planned_anyhow(rng, module, spec)
    x = inputs(rng, module, VECTORS, 0)
    memory = Memory(int(rng.integers(1, 40)))
    print(f"{widths} on {fabric}: {[str(layer.grid) for layer in plan.layers]}, {memory}")
    assert_as_predicted(module, plan, x, memory=memory)


def test_back_pressure_of_every_strength_changes_no_integer(rng: np.random.Generator) -> None:
    module = network(rng, (60, 30, 12), (requantized(UI8), None))
    plan = make(module, named(MANY))
    x = inputs(rng, module, VECTORS, 0)
    for stall in (1, 128, 250):
        assert_as_predicted(module, plan, x, memory=Memory(latency=2, stall=stall))


def test_lane_counters_tell_lanes_apart(rng: np.random.Generator) -> None:
    module = network(rng, (47, 29), (None,))
    plan = make(module, named(LANES))
    run = assert_as_predicted(module, plan, inputs(rng, module, VECTORS, 0))
    lanes = [name for name in run.counters if name.endswith(".active")]
    assert len(lanes) == plan.spec.tiles * plan.spec.lanes
    assert len({tuple(run.counters[name].tolist()) for name in lanes}) > len(lanes) // 2
