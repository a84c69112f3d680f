"""Copies of one value for readers that want it laid out differently."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from tests.helpers.plans.steps_compare import require_equal
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.module import Built, build
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, IntArray, shape_of, tensor
from tercet.ops.concat import Concat
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.layout import Layout, natural, points, rows_of

Reader = Callable[[SSAValue], IntegerOp]


def _weight(*shape: int) -> IntArray:
    return np.asarray(np.random.default_rng(len(shape)).integers(-1, 2, shape))


def dense(x: SSAValue) -> IntegerOp:
    return Linear(x, _weight(3, shape_of(x)[-1]), layer="fc")


def conv(x: SSAValue, groups: int = 1) -> IntegerOp:
    channels, spatial = shape_of(x)[1], shape_of(x)[2:]
    ones = (1,) * len(spatial)
    return Conv(
        x,
        _weight(2 * groups, channels // groups, *(3 for _ in spatial)),
        np.zeros(2 * groups, np.int64),
        0,
        stride=ones,
        padding=((1, 1),) * len(spatial),
        dilation=ones,
        groups=groups,
        layer="conv",
    )


def depthwise(x: SSAValue) -> IntegerOp:
    return conv(x, groups=shape_of(x)[1])


def joined(shape: tuple[int, ...], *readers: Reader) -> ModuleOp:
    """Two inputs side by side, which nobody can read without a copy."""

    def body(a: SSAValue, b: SSAValue) -> Built:
        join = Concat([a, b], 2, layer="join")
        ends = [read(join.y) for read in readers]
        return Built([join, *ends], [end.results[0] for end in ends])

    return build([tensor(shape, UI8), tensor(shape, UI8)], body)


@pytest.mark.parametrize("readers", list(combinations([dense, conv, depthwise], 2)))
@pytest.mark.parametrize("shape", [(1, 1, 4), (1, 1, 2, 3), (1, 1, 3, 1), (1, 2, 4), (1, 4, 1, 3)])
def test_a_copy_for_two_readers_has_the_layout_of_each(
    shape: tuple[int, ...], readers: tuple[Reader, ...]
) -> None:
    rng = np.random.default_rng(1)
    module = joined(shape, *readers)
    network = lower(module)
    for _ in range(3):
        assert require_equal(module, network, [rng.integers(0, 256, shape) for _ in range(2)]) > 0


def test_layouts_have_one_key_if_they_are_alike_in_everything() -> None:
    shapes = [(1, 8), (1, 8, 1), (1, 1, 8), (1, 1, 2, 4), (1, 1, 4, 2), (1, 2, 4), (1, 4, 2)]
    found = [kind(shape) for shape in shapes for kind in (natural, rows_of, points)]

    def parts(layout: Layout) -> tuple[int, int, list[list[int]]]:
        return layout.height, layout.width, layout.order.tolist()

    for a, b in combinations(found, 2):
        assert (a.key == b.key) == (parts(a) == parts(b))
