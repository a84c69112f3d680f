"""Pools, products, sums and embeddings against PyTorch's own, without a tolerance."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional
from xdsl.ir import SSAValue

from tercet.ir.families.spatial import Ints, Pairs
from tercet.ir.module import build, ops_of
from tercet.ir.op import IntegerOp
from tercet.ir.types import SI8, IntArray, signed, tensor
from tercet.ops.gather import Gather
from tercet.ops.linear import Linear
from tercet.ops.matmul import MatMul
from tercet.ops.max_pool import MaxPool
from tercet.ops.sum import Sum
from tercet.ops.sum_pool import SumPool

BATCH, ZERO = 3, -3
Extents = tuple[int, ...]

POOLS = [
    # x without the batch, kernel, stride, padding, dilation
    ((3, 8, 7), (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1)),
    ((2, 8, 7), (3, 2), (1, 2), ((1, 1), (1, 1)), (1, 1)),
    ((2, 9, 9), (3, 3), (2, 3), ((1, 1), (0, 0)), (2, 3)),
    ((5, 11), (4,), (3,), ((2, 2),), (2,)),
    ((5, 11), (11,), (1,), ((0, 0),), (1,)),
]


def only(shape: Extents, make: Callable[..., IntegerOp], bits: int = 8) -> IntegerOp:
    """The operator that `make` builds on one input."""
    (op,) = ops_of(build([tensor((1, *shape), signed(bits))], lambda x: [make(x)]))
    return op


def draw(rng: np.random.Generator, *shape: int) -> IntArray:
    return rng.integers(-128, 128, shape)


def padded(x: Tensor, padding: Pairs) -> Tensor:
    """`x` with zeros around: PyTorch lists the last axis first."""
    return functional.pad(x, [n for pair in reversed(padding) for n in pair])


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "dilation"), POOLS)
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_a_max_pool_is_pytorchs(
    shape: Extents,
    kernel: Ints,
    stride: Ints,
    padding: Pairs,
    dilation: Ints,
    dtype: type[np.generic],
    rng: np.random.Generator,
) -> None:
    op = only(
        shape,
        lambda x: MaxPool(
            x, kernel=kernel, stride=stride, padding=padding, dilation=dilation, layer="p"
        ),
    )
    x = draw(rng, BATCH, *shape).astype(dtype)
    begin = [pair[0] for pair in padding]
    run = functional.max_pool2d if len(stride) == 2 else functional.max_pool1d
    want = run(torch.from_numpy(x).double(), kernel, stride, begin, dilation).numpy()
    got = op.reference(x)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(("shape", "kernel", "stride", "padding", "dilation"), POOLS)
def test_a_sum_pool_is_pytorchs_average_times_the_window(
    shape: Extents,
    kernel: Ints,
    stride: Ints,
    padding: Pairs,
    dilation: Ints,
    rng: np.random.Generator,
) -> None:
    def pool(x: SSAValue, weight: IntArray | None = None) -> SumPool:
        return SumPool(x, weight, ZERO, kernel=kernel, stride=stride, padding=padding, layer="p")

    x = draw(rng, BATCH, *shape)
    real = padded(torch.from_numpy(x - ZERO), padding)[..., None, :].double()
    if len(stride) == 2:
        real = real[..., 0, :]
    whole = (1, *kernel)[-2:], (1, *stride)[-2:]
    want = functional.avg_pool2d(real, *whole, divisor_override=1).numpy()
    plain = only(shape, pool)
    got = plain.reference(x)
    np.testing.assert_array_equal(got, want.reshape(got.shape))
    weight = rng.integers(-9, 9, got.shape[2:])
    np.testing.assert_array_equal(only(shape, lambda v: pool(v, weight)).reference(x), weight * got)


@pytest.mark.parametrize("shape", [(7,), (4, 7), (2, 3, 7)])
def test_a_linear_layer_of_any_rank_is_pytorchs(shape: Extents, rng: np.random.Generator) -> None:
    weight, bias = draw(rng, 5, 7), rng.integers(-(2**20), 2**20, 5)
    op = only(shape, lambda x: Linear(x, weight, bias, ZERO, layer="l"))
    x = draw(rng, BATCH, *shape)
    given = (torch.from_numpy(v) for v in (x - ZERO, weight, bias))
    np.testing.assert_array_equal(op.reference(x), functional.linear(*given).numpy())


@pytest.mark.parametrize("outer", [(), (2,), (2, 3)])
def test_a_product_of_activations_is_pytorchs(outer: Extents, rng: np.random.Generator) -> None:
    shapes = (*outer, 4, 6), (*outer, 6, 5)
    kinds = [tensor((1, *shape), SI8) for shape in shapes]
    (op,) = ops_of(build(kinds, lambda a, b: [MatMul(a, b, ZERO, 8, layer="m")]))
    a, b = (draw(rng, BATCH, *shape) for shape in shapes)
    want = torch.matmul(torch.from_numpy(a - ZERO), torch.from_numpy(b - 8))
    np.testing.assert_array_equal(op.reference(a, b), want.numpy())


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_a_sum_is_pytorchs(axis: int, rng: np.random.Generator) -> None:
    x = draw(rng, BATCH, 4, 5, 6)
    op = only((4, 5, 6), lambda v: Sum(v, ZERO, axis=axis, layer="s"))
    np.testing.assert_array_equal(op.reference(x), torch.from_numpy(x - ZERO).sum(axis).numpy())


def test_rows_of_a_table_are_pytorchs_embedding(rng: np.random.Generator) -> None:
    table, x = draw(rng, 40, 3), rng.integers(0, 40, (BATCH, 2, 5))
    op = only((2, 5), lambda v: Gather(v, table, SI8, layer="g"))
    want = functional.embedding(torch.from_numpy(x), torch.from_numpy(table))
    np.testing.assert_array_equal(op.reference(x), want.numpy())


@pytest.mark.parametrize(("large", "narrow"), [(2**18, np.float32), (2**51, np.float64)])
def test_a_product_that_a_float_would_round_is_exact(large: int, narrow: type[np.generic]) -> None:
    """BLAS is asked only where no sum can be rounded; here the last bit matters."""
    want = 127 * (large + 1)
    assert int(narrow(want)) != want
    op = only((2,), lambda v: Linear(v, np.array([[127, 0], [1, 0]]), layer="l"), 64)
    np.testing.assert_array_equal(op.reference(np.array([[large + 1, 5]])), [[want, large + 1]])
