"""Integer element types, tensors and dense constants, between numpy and xDSL."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    I64,
    BytesAttr,
    DenseIntOrFPElementsAttr,
    Float64Type,
    IntegerAttr,
    IntegerType,
    Signedness,
    TensorType,
    f64,
)
from xdsl.ir import Attribute, SSAValue

Array: TypeAlias = npt.NDArray[Any]
"""Integers (int64) or reals (float64)."""
IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
Int: TypeAlias = IntegerType
IntTensor: TypeAlias = TensorType[IntegerType]
Dense: TypeAlias = DenseIntOrFPElementsAttr
I64Attr: TypeAlias = IntegerAttr[I64]


def signed(bits: int) -> Int:
    """The type `si<bits>`: two's complement."""
    return IntegerType(bits, Signedness.SIGNED)


def unsigned(bits: int) -> Int:
    """The type `ui<bits>`."""
    return IntegerType(bits, Signedness.UNSIGNED)


SI8, SI32, SI64, UI8 = signed(8), signed(32), signed(64), unsigned(8)


def tensor(shape: Sequence[int], element: Int) -> IntTensor:
    return TensorType(element, shape)


def tensor_type(value: SSAValue) -> IntTensor:
    """The type of `value`, which must be a tensor of integers."""
    kind: Attribute = value.type
    assert isinstance(kind, TensorType)
    assert isinstance(kind.element_type, IntegerType)
    return kind


def any_tensor(value: SSAValue) -> TensorType[Attribute]:
    """The type of `value`, a tensor of integers or of reals."""
    kind: Attribute = value.type
    assert isinstance(kind, TensorType)
    return kind


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The shape of `value`, a tensor of integers or of reals."""
    return tuple(any_tensor(value).get_shape())


def vector(values: Sequence[int]) -> Dense:
    """A constant list of integers, such as one for each axis."""
    return dense(np.asarray(values, np.int64), SI64)


def storage(element: Attribute) -> np.dtype[np.generic]:
    """The smallest numpy (and C) type that holds `element`: int8 for si2, uint8 for ui4."""
    if isinstance(element, Float64Type):
        return np.dtype(np.float64)
    assert isinstance(element, IntegerType)
    bytes_ = next(b for b in (1, 2, 4, 8) if element.width.data <= 8 * b)
    kind = "u" if element.signedness.data is Signedness.UNSIGNED else "i"
    return np.dtype(f"{kind}{bytes_}")


def dense(values: npt.ArrayLike, element: Int) -> Dense:
    """A constant tensor; every value must fit `element`, whose width is 8, 16, 32 or 64."""
    array = np.asarray(values)
    packed = array.astype(storage(element))
    assert packed.itemsize * 8 == element.width.data, f"{element} has no dense storage"
    assert np.array_equal(packed, array), f"a value does not fit {element}"
    return DenseIntOrFPElementsAttr(tensor(array.shape, element), BytesAttr(packed.tobytes()))


def dense_float(values: npt.ArrayLike) -> Dense:
    """A constant tensor of float64: metadata of entries and exits, never part of the integers."""
    array = np.asarray(values, np.float64)
    return DenseIntOrFPElementsAttr(TensorType(f64, array.shape), BytesAttr(array.tobytes()))


def values_of(constant: Dense) -> IntArray:
    """The integers of a dense constant, in its shape."""
    raw = np.frombuffer(constant.data.data, storage(constant.get_element_type()))
    shaped = raw.reshape(constant.get_shape())
    return shaped.astype(np.int64)


def floats_of(constant: Dense) -> FloatArray:
    """The float64 values of a dense constant, in its shape."""
    raw = np.frombuffer(constant.data.data, np.float64)
    return raw.reshape(constant.get_shape()).copy()


def number(value: int) -> I64Attr:
    """An integer attribute."""
    return IntegerAttr(value, 64)
