"""libtercet: find it, load it, call one of its kernels."""

import ctypes
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy.typing as npt

from tercet_runtime.tensor import Tensor


@cache
def library() -> ctypes.CDLL:
    """libtercet, from beside this package."""
    return ctypes.CDLL(str(resources.files("tercet_runtime") / "libtercet.so"))


def call(
    symbol: str,
    attributes: Sequence[int],
    inputs: Sequence[npt.NDArray[Any] | None],
    out: npt.NDArray[Any],
    *,
    of: ctypes.CDLL | None = None,
) -> int:
    """Runs a `tercet_kernel_t`, of libtercet or else `of`; writes `out`, returns the status.

    The element types of the arrays are their storage types in C.
    """
    kernel = (of or library())[symbol]
    return int(
        kernel(
            (ctypes.c_int64 * max(1, len(attributes)))(*attributes),
            (Tensor * len(inputs))(*map(Tensor.of, inputs)),
            ctypes.byref(Tensor.of(out)),
        )
    )
