"""`tercet_tensor_t` of tercet/tensor.h, and its views as numpy arrays."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_RANK = 8
UNSIGNED = 16
"""What tercet_type_t adds to the size of an element that has no sign."""


class Tensor(ctypes.Structure):
    """A dense tensor of integers that somebody else owns."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("type", ctypes.c_int),
        ("rank", ctypes.c_int32),
        ("shape", ctypes.c_int32 * MAX_RANK),
    )

    @classmethod
    def of(cls, array: npt.NDArray[Any] | None) -> "Tensor":
        """Describes `array`, which must outlive the result; None is an absent operand."""
        if array is None:
            return cls()
        if not array.flags.c_contiguous or array.ndim > MAX_RANK:
            raise ValueError(f"a tensor is dense and has at most {MAX_RANK} dimensions")
        code = array.itemsize + UNSIGNED * (array.dtype.kind == "u")
        return cls(array.ctypes.data, code, array.ndim, (ctypes.c_int32 * MAX_RANK)(*array.shape))

    def view(self) -> npt.NDArray[Any]:
        """The elements, without copying; valid as long as their owner keeps them."""
        shape, code = tuple(self.shape[: self.rank]), int(self.type)
        dtype = np.dtype(f"{'u' if code & UNSIGNED else 'i'}{code % UNSIGNED}")
        size = int(np.prod(shape)) * dtype.itemsize
        raw = (ctypes.c_uint8 * size).from_address(self.data or 0)
        elements: npt.NDArray[Any] = np.frombuffer(memoryview(raw), dtype)
        return elements.reshape(shape)
