"""Lanes that turn from band to band: everything arrives all the same, and sooner."""

import numpy as np
import pytest
from tests.helpers.plans.planned import require_as_reference
from tests.helpers.plans.small import residual, staged_anyhow
from tests.plan.stages.test_routing import check_bank_b
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import LayerOp
from tercet.ir.types import UI8, tensor
from tercet.ops.conv import Conv
from tercet.ops.requantize import Requantize
from tercet.targets.effort import Asked
from tercet.targets.fabric.choice.search import Choice
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.tiles.grid import Grid

SPEC = named("T=8,L=20")


CHANNELS, SIZE = 16, 8


def twice(rng: np.random.Generator) -> ModuleOp:
    """Two convolutions of 3x3, each channel with a quantizer of its own."""

    def conv(x: SSAValue, name: str) -> tuple[Conv, Requantize]:
        weights = rng.integers(-1, 2, (CHANNELS, CHANNELS, 3, 3))
        same = {"stride": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}
        found = Conv(x, weights, rng.integers(-9, 10, CHANNELS), layer=name, **same)  # type: ignore[arg-type]
        mul, add = rng.integers(1, 9, CHANNELS), rng.integers(-50, 50, CHANNELS)
        clip, inner = Interval(0, 15), SIZE * SIZE
        return found, Requantize(
            found.acc, mul, add, 6 + 0 * mul, clip, Result(UI8, name, inner=inner)
        )

    def body(x: SSAValue) -> list[LayerOp]:
        first, act = conv(x, "first")
        return [first, act, *conv(act.y, "second")]

    return build([tensor((1, CHANNELS, SIZE, SIZE), UI8)], body)


@pytest.mark.parametrize("grid", [Grid(2, 1, 4), Grid(4, 1, 2)], ids=str)
def test_halos_cost_no_cycles_of_their_own(grid: Grid) -> None:
    def chosen(network: Network, _: FabricSpec, asked: Asked) -> list[Choice]:
        return [Choice(dict.fromkeys(network.steps, grid))]

    rng = np.random.default_rng(1)
    module = twice(rng)
    plan = make(module, SPEC, chosen)
    assert require_as_reference(module, plan, rng.integers(0, 256, (2, 16, 8, 8))) > 0
    assert plan.layers[0].grid == grid
    passes = SIZE * SIZE // grid.bands
    first = next(n for n, frame in plan.infer.execs.items() if frame.layer == 0)
    assert len(plan.heard[first].elements) == passes * CHANNELS, "each lane is drained once"


@pytest.mark.parametrize("seed", range(4))
def test_every_element_reaches_every_tile_that_holds_it_once(seed: int) -> None:
    rng, count = np.random.default_rng(seed), 0
    for _ in range(4):
        module = residual(rng, 4, int(rng.integers(4, 9)), widest=1)
        for stage in staged_anyhow(rng, module, SPEC, turn=True).stages:
            count += stage.code.made.turned > 1
            if not stage.shape.is_output:
                check_bank_b(stage)
    assert count, "nothing was turned"
