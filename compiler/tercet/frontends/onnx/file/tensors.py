"""Numpy arrays from the constants of a file, after a check of their sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, numpy_helper
from onnx.helper import tensor_dtype_to_np_dtype
from xdsl.dialects.builtin import IntegerType

from tercet.errors import CaptureError
from tercet.frontends.onnx.file.external import external_bytes
from tercet.frontends.onnx.file.limits import Budget, require_shape, shown
from tercet.ir.types import signed, unsigned

Array = npt.NDArray[Any]
NARROW: Mapping[int, int] = {
    TensorProto.INT4: 4,
    TensorProto.UINT4: 4,
    TensorProto.INT2: 2,
    TensorProto.UINT2: 2,
}
"""Types with several elements in a byte."""
UNKNOWN = {TensorProto.UNDEFINED, TensorProto.STRING, TensorProto.COMPLEX64, TensorProto.COMPLEX128}


@dataclass(frozen=True)
class Stored:
    """A constant in the file, whose data are read on demand."""

    proto: TensorProto
    folder: Path
    """The folder of the file, to which external data are relative."""

    def read(self, where: str, budget: Budget) -> Array:
        """The values, in the file's own element type."""
        proto, shape = self.proto, tuple(self.proto.dims)
        require_shape(where, shape)
        budget.spend(where, prod(shape))
        if proto.data_type in UNKNOWN or proto.data_type not in TensorProto.DataType.values():
            raise CaptureError(
                f"a constant of type {proto.data_type}", layer=where, wanted="numbers"
            )
        if proto.data_location == TensorProto.EXTERNAL:
            entries = {entry.key: entry.value for entry in proto.external_data}
            proto = TensorProto(dims=shape, data_type=proto.data_type)
            proto.raw_data = external_bytes(where, entries, self.folder, _bytes(proto))
        try:
            return np.asarray(numpy_helper.to_array(proto))
        except Exception as error:  # any error of onnx or numpy about the file's bytes
            raise CaptureError(
                f"its constant {shown(proto.name)} does not hold the {prod(shape)} elements "
                f"that its shape {shape} wants",
                layer=where,
            ) from error


def _bytes(proto: TensorProto) -> int:
    bits = NARROW.get(proto.data_type)
    width = 8 * tensor_dtype_to_np_dtype(proto.data_type).itemsize if bits is None else bits
    return (int(prod(proto.dims)) * width + 7) // 8


def integer_type(dtype: np.dtype[Any]) -> IntegerType | None:
    """The integer type of numpy's (and ml_dtypes') `dtype`; None for reals and truth values."""
    digits = dtype.name.removeprefix("u").removeprefix("int")
    if "int" not in dtype.name or not digits.isdecimal():
        return None
    return (unsigned if dtype.name.startswith("u") else signed)(int(digits))


def is_real(dtype: np.dtype[Any]) -> bool:
    """Whether `dtype` is a float of at least 16 bits."""
    return dtype.name in ("float64", "float32", "float16", "bfloat16")
