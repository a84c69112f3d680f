"""Type rules of operators with a window, and a pool of reals."""

from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.builtin import TensorType, f64
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.evaluate import evaluate
from tercet.ir.families.spatial import Window
from tercet.ir.module import build, inputs_of, outputs_of, parse
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, tensor
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.max_pool import MaxPool
from tercet.ops.sum_pool import SumPool

ONE, NONE = (1, 1), ((0, 0), (0, 0))


def conv(x: SSAValue, shape: tuple[int, ...], groups: int = 1) -> Conv:
    weight = np.ones(shape, np.int64)
    return Conv(x, weight, stride=ONE, padding=NONE, dilation=ONE, groups=groups, layer="c")


def pool(x: SSAValue, begin: int, dilation: int) -> MaxPool:
    padding = ((begin, begin), (0, 0))
    return MaxPool(x, kernel=(2, 1), stride=ONE, padding=padding, dilation=(dilation, 1), layer="p")


def transposed(x: SSAValue, channels: int) -> ConvTranspose:
    weight = np.ones((channels, 1, 2, 2), np.int64)
    return ConvTranspose(
        x, weight, stride=ONE, padding=NONE, dilation=ONE, output_padding=(0, 0), layer="t"
    )


def weighed(x: SSAValue) -> SumPool:
    weight = np.array([1, 2])
    return SumPool(x, weight, kernel=ONE, stride=ONE, padding=NONE, layer="s")


REFUSED: list[tuple[Callable[[SSAValue], IntegerOp], str]] = [
    (lambda x: conv(x, (2, 3, 1, 1)), r"the weights need \(batch, 3, ..\)"),
    (lambda x: conv(x, (3, 1, 1, 1), 2), "2 groups cannot share 3 outputs"),
    (lambda x: conv(x, (2, 2, 1, 3)), "too small for Window"),
    (lambda x: pool(x, 1, 2), "has a window of padding alone"),
    (lambda x: pool(x, 0, 4), "too small for Window"),
    (lambda x: transposed(x, 3), r"the weights need \(batch, 3, ..\)"),
    (weighed, "the weight must have 4 elements"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_a_type_rule_refuses(make: Callable[[SSAValue], IntegerOp], message: str) -> None:
    shape = (1, 2, 1, 2) if "alone" in message else (1, 2, 2, 2)
    with pytest.raises(VerifyError, match=message):
        build([tensor(shape, UI8)], lambda x: [make(x)])


def test_the_last_window_may_need_the_last_padding_alone() -> None:
    """What ceil_mode is: one more window, begun inside, that ends in the padding."""
    window = Window((3,), (2,), ((0, 1),), (1,))
    assert window.extents((6,)) == (3,)
    (real,) = window.real((6,))
    np.testing.assert_array_equal(real, [[1, 1, 1], [1, 1, 1], [1, 1, 0]])


def test_a_pool_takes_reals() -> None:
    module = build([TensorType(f64, (1, 1, 2, 2))], lambda x: [pool(x, 0, 1)])
    x = np.array([[[[-0.5, -3.25], [-0.25, -7.0]]]])
    for text in (module, parse(str(module))):
        (y,) = outputs_of(text)
        np.testing.assert_array_equal(evaluate(text, x)[y], [[[[-0.25, -3.25]]]])


def test_a_pool_is_the_same_on_another_type() -> None:
    def both(x: SSAValue, q: SSAValue) -> list[IntegerOp]:
        first = pool(x, 1, 1)
        return [first, first.on(q)]

    module = build([TensorType(f64, (1, 2, 4, 3)), tensor((1, 2, 4, 3), UI8)], both)
    assert outputs_of(module)[0].type == tensor((1, 2, 5, 3), UI8)
    assert len(inputs_of(module)) == 2
