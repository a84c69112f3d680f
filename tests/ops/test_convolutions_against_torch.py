"""Convolutions against PyTorch's own, in int64, over the corners of their geometry."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tercet.ir.families.spatial import Ints, Pairs
from tercet.ir.interval import Interval
from tercet.ir.module import build, ops_of
from tercet.ir.types import SI8, IntArray, tensor
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose

BATCH, ZERO = 3, -3
Extents = tuple[int, ...]

CONVS = [
    # x without the batch, weight, stride, padding, dilation, groups
    ((3, 9, 6), (5, 3, 3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    ((4, 9, 6), (6, 2, 3, 2), (2, 1), ((1, 0), (2, 3)), (1, 2), 2),
    ((4, 5, 5), (8, 1, 3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 4),
    ((2, 1, 1), (3, 2, 3, 5), (1, 1), ((1, 1), (2, 2)), (1, 1), 1),
    ((3, 8, 7), (2, 3, 1, 1), (3, 2), ((0, 0), (0, 0)), (1, 1), 1),
    ((3, 12), (5, 3, 4), (3,), ((2, 5),), (2,), 1),
    ((6, 7), (6, 1, 3), (1,), ((2, 0),), (1,), 6),
]
TRANSPOSED = [
    # x without the batch, weight, stride, padding, dilation, groups, output_padding
    ((3, 4, 5), (3, 2, 3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 1, (1, 1)),
    ((4, 3, 2), (4, 3, 2, 3), (3, 1), ((0, 0), (1, 1)), (1, 2), 2, (2, 0)),
    ((2, 4, 4), (2, 1, 2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), 2, (0, 0)),
    ((2, 3, 3), (2, 3, 1, 1), (2, 3), ((1, 1), (0, 0)), (1, 1), 1, (1, 2)),
    ((4, 6), (4, 5, 3), (2,), ((2, 2),), (3,), 1, (1,)),
]


@dataclass(frozen=True)
class Geometry:
    """How the weights move over the input."""

    stride: Ints
    padding: Pairs
    dilation: Ints
    groups: int


def conv(shape: Extents, weight: IntArray, bias: IntArray | None, how: Geometry) -> Conv:
    """The only operator of a module."""
    (op,) = ops_of(
        build(
            [tensor((1, *shape), SI8)],
            lambda x: [Conv(x, weight, bias, ZERO, layer="c", **vars(how))],
        )
    )
    assert isinstance(op, Conv)
    return op


def transposed(
    shape: Extents, weight: IntArray, bias: IntArray | None, how: Geometry, more: Ints
) -> ConvTranspose:
    """The only operator of a module."""
    (op,) = ops_of(
        build(
            [tensor((1, *shape), SI8)],
            lambda x: [
                ConvTranspose(x, weight, bias, ZERO, output_padding=more, layer="c", **vars(how))
            ],
        )
    )
    assert isinstance(op, ConvTranspose)
    return op


def draw(rng: np.random.Generator, *shape: int) -> IntArray:
    return rng.integers(-128, 128, shape)


def padded(x: Tensor, padding: Pairs) -> Tensor:
    """`x` with zeros around: PyTorch lists the last axis first."""
    return functional.pad(x, [n for pair in reversed(padding) for n in pair])


def convolve(x: Tensor, weight: Tensor, stride: Ints, dilation: Ints, groups: int) -> Tensor:
    run = functional.conv2d if weight.ndim == 4 else functional.conv1d
    return run(x, weight, None, stride, 0, dilation, groups)


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "dilation", "groups"), CONVS)
def test_a_convolution_is_pytorchs(
    shape: Extents,
    kernel: Extents,
    stride: Ints,
    padding: Pairs,
    dilation: Ints,
    groups: int,
    rng: np.random.Generator,
) -> None:
    weight, bias = draw(rng, *kernel), rng.integers(-(2**20), 2**20, kernel[0])
    op = conv(shape, weight, bias, Geometry(stride, padding, dilation, groups))
    x = draw(rng, BATCH, *shape)
    real = padded(torch.from_numpy(x - ZERO), padding)
    want = convolve(real, torch.from_numpy(weight), stride, dilation, groups).numpy()
    column = bias.reshape(-1, *[1] * len(stride))
    np.testing.assert_array_equal(op.reference(x), want + column)


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "dilation", "groups"), CONVS)
def test_the_limits_of_a_convolution_are_reached(
    shape: Extents,
    kernel: Extents,
    stride: Ints,
    padding: Pairs,
    dilation: Ints,
    groups: int,
    rng: np.random.Generator,
) -> None:
    """At each window the least sum has every x at the end that the weight's sign asks for."""
    weight = draw(rng, *kernel)
    op = conv(shape, weight, None, Geometry(stride, padding, dilation, groups))
    bound = Interval(10, 90)  # away from the zero point, so that padding matters

    def over_windows(part: IntArray, value: int) -> Tensor:
        x = padded(torch.full((1, *shape), value - ZERO), padding)
        return convolve(x, torch.from_numpy(part), stride, dilation, groups)[0].flatten(1)

    up, down = np.maximum(weight, 0), np.minimum(weight, 0)
    least = over_windows(up, bound.low) + over_windows(down, bound.high)
    most = over_windows(up, bound.high) + over_windows(down, bound.low)
    low, high = op.channels(bound)
    np.testing.assert_array_equal(low, least.amin(1).numpy())
    np.testing.assert_array_equal(high, most.amax(1).numpy())


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "padding", "dilation", "groups", "more"), TRANSPOSED
)
def test_a_transposed_convolution_is_pytorchs(
    shape: Extents,
    kernel: Extents,
    stride: Ints,
    padding: Pairs,
    dilation: Ints,
    groups: int,
    more: Ints,
    rng: np.random.Generator,
) -> None:
    outputs = kernel[1] * groups
    weight, bias = draw(rng, *kernel), rng.integers(-(2**20), 2**20, outputs)
    op = transposed(shape, weight, bias, Geometry(stride, padding, dilation, groups), more)
    run = functional.conv_transpose2d if len(stride) == 2 else functional.conv_transpose1d

    def torchs(real: IntArray, weight: IntArray) -> IntArray:
        begin = [pair[0] for pair in padding]
        given = torch.from_numpy(real), torch.from_numpy(weight)
        found: IntArray = run(*given, None, stride, begin, more, groups, dilation).numpy()
        return found

    x = draw(rng, BATCH, *shape)
    column = bias.reshape(-1, *[1] * len(stride))
    np.testing.assert_array_equal(op.reference(x), torchs(x - ZERO, weight) + column)
    low, high = (torchs(np.full((1, *shape), end - ZERO), np.maximum(weight, 0)) for end in (5, 50))
    down = [torchs(np.full((1, *shape), end - ZERO), np.minimum(weight, 0)) for end in (50, 5)]
    found = op.channels(Interval(5, 50))
    np.testing.assert_array_equal(
        found[0] - bias, (low + down[0])[0].reshape(outputs, -1).min(axis=1)
    )
    np.testing.assert_array_equal(
        found[1] - bias, (high + down[1])[0].reshape(outputs, -1).max(axis=1)
    )


def test_uneven_padding_of_a_transposed_convolution_cuts_each_end_by_its_own(
    rng: np.random.Generator,
) -> None:
    weight, x = draw(rng, 2, 3, 4), draw(rng, BATCH, 2, 5)

    def cut(pair: tuple[int, int]) -> IntArray:
        return transposed((2, 5), weight, None, Geometry((2,), (pair,), (1,), 1), (0,)).reference(x)

    np.testing.assert_array_equal(cut((1, 3)), cut((0, 0))[..., 1:-3])
