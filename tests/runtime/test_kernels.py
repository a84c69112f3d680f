"""The kernels of libtercet, called one by one."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands

import tercet_runtime
from tercet.ir.module import inputs_of
from tercet.ir.op import Sample, constants, integers
from tercet.ir.types import storage, tensor_type, values_of

OK, BAD_ARG = 0, 1
WITH_KERNEL = [s for s in SAMPLES if op_of(s.module).c]
Storage = npt.NDArray[Any]


def arguments(sample: Sample, rng: np.random.Generator) -> tuple[list[Storage | None], Storage]:
    """What the kernel of a sample takes, for a batch of 5, and the result it must write."""
    op = op_of(sample.module)
    drawn = operands(sample, 5, rng)
    arguments = inputs_of(sample.module)
    packed: list[Storage | None] = [
        x.astype(storage(tensor_type(a).element_type))
        for x, a in zip(drawn, arguments, strict=True)
    ]
    for c in constants(op):
        packed.append(None if c is None else values_of(c).astype(storage(c.get_element_type())))
    return packed, op.reference(*drawn).astype(storage(tensor_type(op.results[0]).element_type))


@pytest.mark.parametrize("sample", WITH_KERNEL, ids=label)
def test_a_c_kernel_equals_its_reference(sample: Sample, rng: np.random.Generator) -> None:
    op = op_of(sample.module)
    inputs, want = arguments(sample, rng)
    got = np.full_like(want, 85)
    assert op.c is not None
    assert tercet_runtime.call(op.c.symbol, integers(op), inputs, got) == OK
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("sample", WITH_KERNEL, ids=label)
def test_a_c_kernel_refuses_a_result_of_another_shape(
    sample: Sample, rng: np.random.Generator
) -> None:
    op = op_of(sample.module)
    inputs, want = arguments(sample, rng)
    got = np.full((*want.shape[:-1], want.shape[-1] + 1), 85, want.dtype)
    assert op.c is not None
    assert tercet_runtime.call(op.c.symbol, integers(op), inputs, got) == BAD_ARG
    assert (got == 85).all(), "nothing may be written by a call that fails"


@pytest.mark.parametrize("sample", WITH_KERNEL, ids=label)
def test_a_c_kernel_refuses_an_absent_operand(sample: Sample, rng: np.random.Generator) -> None:
    op = op_of(sample.module)
    inputs, want = arguments(sample, rng)
    assert op.c is not None
    assert tercet_runtime.call(op.c.symbol, integers(op), [None, *inputs[1:]], want) == BAD_ARG


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64])
def test_a_tensor_views_the_array_it_describes(dtype: type[np.generic]) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    view = tercet_runtime.Tensor.of(array).view()
    view[1, 2, 3] = 7
    assert view.dtype == array.dtype
    np.testing.assert_array_equal(view, array)
