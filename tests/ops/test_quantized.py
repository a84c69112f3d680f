"""Operators with constants by channel, against their definitions written out element by element."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands

from tercet.errors import VerifyError
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.families.quantized import QuantizedOp, Result
from tercet.ir.families.rescaled import RescaledOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Sample
from tercet.ir.ranges import ranges
from tercet.ir.types import SI8, SI32, UI8, IntArray, shape_of, tensor, unsigned, values_of
from tercet.ops.add import Add
from tercet.ops.mul import Mul
from tercet.ops.pair_table import PairTable
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold


def rescaled(op: RescaledOp, n: int, exact: int) -> int:
    shift, clip = int(values_of(op.shift)[n]), op.clip()
    rounded = round(Fraction(exact + int(values_of(op.add)[n]), 1 << shift))
    return min(max(rounded, clip.low), clip.high)


def requantize(op: Requantize, n: int, acc: int) -> int:
    return rescaled(op, n, int(values_of(op.mul)[n]) * acc)


def add(op: Add, n: int, a: int, b: int) -> int:
    return rescaled(op, n, int(values_of(op.mul_a)[n]) * a + int(values_of(op.mul_b)[n]) * b)


def mul(op: Mul, n: int, a: int, b: int) -> int:
    zero_a, zero_b = op.zeros()
    return rescaled(op, n, int(values_of(op.mul)[n]) * (a - zero_a) * (b - zero_b))


def threshold(op: Threshold, n: int, acc: int) -> int:
    steps = zip(op.rows()[n], op.signs()[n], strict=True)
    return op.low.value.data + sum(int(sign) for at, sign in steps if acc >= at)


def table(op: Table, n: int, x: int) -> int:
    return int(op.rows()[n, x - op.low.value.data])


MEANING: dict[type[QuantizedOp], Callable[..., int]] = {
    Requantize: requantize,
    Add: add,
    Mul: mul,
    Threshold: threshold,
    Table: table,
}
"""The result of one element, given its channel and its operands."""


def of(*kinds: type[QuantizedOp]) -> list[Sample]:
    return [s for s in SAMPLES if isinstance(op_of(s.module), kinds)]


@pytest.mark.parametrize("sample", of(*MEANING), ids=label)
def test_every_element_is_what_its_channel_makes_of_it(
    sample: Sample, rng: np.random.Generator
) -> None:
    op = op_of(sample.module)
    assert isinstance(op, ChannelwiseOp)
    drawn = operands(sample, 5, rng)
    rows = [x.reshape(len(x), -1) for x in drawn]
    got, inner = op.reference(*drawn).reshape(len(drawn[0]), -1), op.inner.value.data
    for b, i in np.ndindex(got.shape):
        n = i // inner % op.channels()
        assert got[b, i] == MEANING[type(op)](op, n, *(int(x[b, i]) for x in rows))


def narrow(sample: Sample, size: int) -> Iterator[tuple[Interval, ...]]:
    """Intervals of up to `size` values inside the bounds: at both ends and in the middle."""
    for place in (0, 1, 2):
        found = []
        for bound in sample.bounds:
            room = max(bound.high - bound.low - size, 0)
            low = bound.low + room * place // 2
            found.append(Interval(low, min(low + size, bound.high)))
        yield tuple(found)


def everything(op: QuantizedOp, found: tuple[Interval, ...]) -> IntArray:
    """The results of all operands in the intervals, in every place."""
    pairs = list(product(*(range(x.low, x.high + 1) for x in found)))
    shape = shape_of(op.y)[1:]
    columns = np.array(pairs, np.int64).T
    return op.reference(*(np.repeat(x, prod(shape)).reshape(-1, *shape) for x in columns))


@pytest.mark.parametrize("sample", of(*MEANING, PairTable), ids=label)
def test_the_range_is_exact(sample: Sample) -> None:
    op = op_of(sample.module)
    assert isinstance(op, QuantizedOp)
    for bounds in narrow(sample, 300 if len(sample.bounds) == 1 else 12):
        assert op.range(*bounds) == Interval.around(everything(op, bounds))


def test_a_threshold_that_no_operand_parts_from_its_like_is_no_result() -> None:
    rows, falls = np.array([[5, 5, 9]]), np.array([[False, True, False]])
    module = build(
        [tensor((1, 1), SI8)], lambda x: [Threshold(x, rows, 0, Result(UI8, "t"), falls=falls)]
    )
    op = op_of(module)
    assert op.range(Interval(0, 8)) == Interval(0, 0)
    assert op.range(Interval(6, 9)) == Interval(0, 1)


ONE, FOUR = np.array([1]), np.ones(4, np.int64)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda x, b: Requantize(x, ONE, ONE, ONE, Interval(0, 9), Result(UI8, "q", inner=4)),
            "is not whole blocks of 1 channels of 4",
        ),
        (
            lambda x, b: Requantize(x, FOUR, FOUR, FOUR, Interval(0, 9), Result(UI8, "q")),
            "is not whole blocks of 4 channels of 1",
        ),
        (
            lambda x, b: Requantize(x, ONE, np.ones(2, int), ONE, Interval(0, 9), Result(UI8, "q")),
            "needs 2 constants of si32",
        ),
        (
            lambda x, b: Add(x, b, ONE, ONE, ONE, ONE, Interval(0, 9), Result(UI8, "q")),
            r"tensor<1x6xui8> has not the shape of tensor<1x7xui8>",
        ),
        (
            lambda x, b: Table(x, np.array([[0, 16]]), 0, Result(unsigned(4), "q")),
            r"\[0, 16\] is not in tensor<1x6xui4>",
        ),
        (
            lambda x, b: PairTable(x, b, np.zeros((256, 256), np.int64), 0, 0, Result(UI8, "q")),
            "has not the shape of",
        ),
        (
            lambda x, b: Threshold(x, np.array([[1, 2]]), 254, Result(UI8, "q")),
            r"\[254, 256\] is not in",
        ),
    ],
)
def test_constants_that_do_not_fit_do_not_verify(
    make: Callable[..., QuantizedOp], message: str
) -> None:
    kinds = [tensor((1, 6), UI8), tensor((1, 7), UI8)]
    with pytest.raises(VerifyError, match=rf"q: tercet\..*: .*{message}"):
        build(kinds, lambda x, b: [make(x, b)])


CLIP = Interval(0, 9)


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b, more: Add(
            a, b, ONE << 30, (ONE << 30) + more, ONE, ONE, CLIP, Result(UI8, "q")
        ),
        lambda a, b, more: Mul(a, b, more, 0, ONE, ONE, ONE, CLIP, Result(UI8, "q")),
    ],
)
def test_products_that_could_leave_64_bits_have_no_range(make: Callable[..., QuantizedOp]) -> None:
    """2^30 * 2^31 twice, and 2^31 * 2^31, are the most."""
    kinds = [tensor((1, 1), SI32)] * 2
    most, wide = (build(kinds, lambda a, b, n=n: [make(a, b, n)]) for n in (0, 1))
    ranges(most)
    with pytest.raises(VerifyError, match=r"q: a product of tercet\..* more than 2\^62"):
        ranges(wide)
    some = Interval(-100, 100)
    assert CLIP.holds(op_of(wide).range(some, some))


def test_unsigned_32_bits_are_refused() -> None:
    with pytest.raises(VerifyError, match="operands must fit si32, got tensor<1x1xui32>"):
        build(
            [tensor((1, 1), unsigned(32))],
            lambda x: [Requantize(x, ONE, ONE, ONE, Interval(0, 9), Result(UI8, "q"))],
        )


@pytest.mark.parametrize(("low", "size"), [(0, 255), (1, 255)])
def test_an_operand_that_leaves_its_table_is_no_module_of_ours(low: int, size: int) -> None:
    module = build(
        [tensor((1, 6), UI8)],
        lambda x: [Table(x, np.zeros((1, size), np.int64), low, Result(UI8, "act"))],
    )
    with pytest.raises(VerifyError, match=r"act: its table has entries for .* over \[0, 255\]"):
        ranges(module)
