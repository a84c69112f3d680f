"""Convolutions of images that were made larger: what repeats in their walks is written once."""

from typing import Any

import numpy as np
import pytest
from tests.helpers.plans.planned import drawn_inputs, require_as_reference
from tests.plan.choice.test_large import conv
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import CapacityError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, shape_of, tensor
from tercet.ops.conv import Conv
from tercet.ops.repeat import Repeat
from tercet.ops.requantize import Requantize
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.taps import phases_of, turns_of

PLAIN: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1)}
NONE = ((0, 0), (0, 0))


def enlarged(size: tuple[int, int], times: tuple[int, int], kernel: int) -> ModuleOp:
    """A convolution, its result made larger, and one of that."""

    def body(x: SSAValue) -> list[IntegerOp]:
        made = conv(x, 4)
        large = Repeat(made[-1].results[0], (1, 1, *times), layer="up")
        rng, pad = np.random.default_rng(kernel), kernel // 2
        last = Conv(
            large.results[0], rng.integers(-1, 2, (3, 4, kernel, kernel)), None, 0,
            padding=((pad, pad), (pad, pad)), groups=1, layer="last", **PLAIN,
        )  # fmt: skip
        ones = np.ones(1, np.int64)
        area = int(np.prod(shape_of(last.acc)[2:]))
        closed = Requantize(
            last.acc, 3 * ones, 0 * ones, 4 * ones, Interval(0, 255), Result(UI8, "act", inner=area)
        )
        return [*made, large, last, closed]

    return build([tensor((1, 2, *size), UI8)], body)


def last_of(module: ModuleOp) -> Mac:
    step = normal(lower(module)).steps[-1]
    assert isinstance(step, Mac)
    return step


FABRICS = {
    "whole": "T=2,L=10,walk_depth=128",
    "in pieces": "T=2,L=10,bank_b_depth=256,out_depth=64",
}


@pytest.mark.corners
@pytest.mark.parametrize("fabric", FABRICS.values(), ids=FABRICS)
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("times", [(2, 2), (1, 3)], ids=str)
def test_the_plan_computes_the_reference(times: tuple[int, int], kernel: int, fabric: str) -> None:
    module = enlarged((6, 10), times, kernel)
    plan = make(module, named(fabric))
    x = drawn_inputs(module, np.random.default_rng(1), 2)
    assert require_as_reference(module, plan, *x) > 0


@pytest.mark.parametrize("kernel", [1, 3])
def test_every_position_is_made_once_and_windows_of_a_phase_are_evenly_spaced(kernel: int) -> None:
    step = last_of(enlarged((6, 40), (2, 2), kernel))
    assert step.phases == 2
    turns = turns_of(step.taps, 1, phases_of(step.taps))[0]
    assert sorted(turns.tolist()) == list(range(12 * 80))
    first = np.where(step.taps >= 0, step.taps, 1 << 30).min(1)
    jumps = np.count_nonzero(np.diff(first[turns]) != 1)
    assert jumps < 12 * 80 // 8


def test_a_convolution_of_an_image_as_it_is_has_no_phases() -> None:
    assert last_of(enlarged((6, 10), (1, 1), 3)).phases == 1


@pytest.mark.parametrize(
    ("fabric", "sentence"),
    [
        ("T=1,L=10,walk_depth=16", r"last needs \d+ entries of the walk table at once, .*"
         r"--fabric T=1,L=10,walk_depth=\d+$"),
        ("T=1,L=10,bank_a_depth=64", r"last on 1x1x1 tiles needs \d+ weight columns .*"
         r"--fabric T=1,L=10,bank_a_depth=128$"),
    ],
    ids=["walk", "weights"],
)  # fmt: skip
def test_a_bank_that_is_too_small_is_named_with_the_step(fabric: str, sentence: str) -> None:
    with pytest.raises(CapacityError, match=sentence):
        make(enlarged((6, 10), (2, 2), 5), named(fabric))


def sums(pixels: int) -> ModuleOp:
    """Sums that leave the network."""
    weight = np.ones((4, 2, 1, 1), np.int64)
    return build(
        [tensor((1, 2, 1, pixels), UI8)],
        lambda x: [Conv(x, weight, None, 0, padding=NONE, groups=1, layer="sums", **PLAIN)],
    )


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (512, r"^sums: its sums leave the network in 32 bits, which takes 1024 64-bit words of bank"
         r" C at once; .* has 512; choose a larger fabric, such as --fabric small,out_depth=1024$"),
        (1 << 15, r"none has more than 8192; put a quantizer behind the last layer: .*$"),
    ],
)  # fmt: skip
def test_sums_that_leave_are_refused_with_a_way_that_exists(pixels: int, sentence: str) -> None:
    with pytest.raises(CapacityError, match=sentence):
        make(sums(pixels), named("small"))
