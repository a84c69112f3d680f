"""Kernels refuse attributes and constants that would lead them out of their tensors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import tercet_runtime

OK, BAD_ARG = 0, 1
Array = npt.NDArray[Any]


def i64(*values: Any) -> Array:
    return np.array(values, np.int64)


X = np.zeros((2, 3, 4), np.int8)
MUL, ADD, SHIFT = np.ones(3, np.int32), np.ones(3, np.int64), np.ones(3, np.int8)
STEPS = np.ones((3, 5), np.int32)
TABLE = np.zeros((3, 256), np.int8)

Call = tuple[str, Sequence[int], Sequence[Array], tuple[int, ...]]
"""Kernel, attributes, inputs, shape of the result."""

GOOD: list[Call] = [
    ("requantize", (0, 9, 4), [X, MUL, ADD, SHIFT], X.shape),
    ("threshold", (0, 4), [X, STEPS], X.shape),
    ("add", (0, 9, 4), [X, X, MUL, MUL, ADD, SHIFT], X.shape),
    ("mul", (0, 0, 0, 9, 4), [X, X, MUL, ADD, SHIFT], X.shape),
    ("table", (-128, 4), [X, TABLE], X.shape),
    ("pair_table", (0, 0), [X, X, TABLE], X.shape),
    ("transpose", (), [X, i64(0, 2, 1)], (2, 4, 3)),
    ("slice", (), [X, *i64([0] * 3, [2, 3, 4], [1] * 3)], X.shape),
    ("concat", (1, 2), [X, X], (2, 6, 4)),
    ("repeat", (), [X, i64(1, 2, 1)], (2, 6, 4)),
    ("broadcast", (), [X], (2, 5, 3, 4)),
    ("pad", (0,), [X, i64([0, 0], [1, 0], [0, 0])], (2, 4, 4)),
    ("reshape", (), [X], (2, 12)),
]

BAD: dict[str, Call] = {
    "no inner": ("requantize", (0, 9, 0), [X, MUL, ADD, SHIFT], X.shape),
    "inner of half a channel": ("requantize", (0, 9, 3), [X, MUL, ADD, SHIFT], X.shape),
    "inner beyond a row": ("requantize", (0, 9, 1 << 40), [X, MUL, ADD, SHIFT], X.shape),
    "inner that overflows": ("threshold", (0, (1 << 62) + 4), [X, STEPS], X.shape),
    "unlike directions": ("threshold", (0, 4), [X, STEPS, X[0]], X.shape),
    "addends of another number": ("requantize", (0, 9, 4), [X, MUL, ADD[:2], SHIFT], X.shape),
    "multipliers of another number": ("add", (0, 9, 4), [X, X, MUL, MUL[:2], ADD, SHIFT], X.shape),
    "unlike summands": ("add", (0, 9, 4), [X, X[:, :2], MUL, MUL, ADD, SHIFT], X.shape),
    "unlike factors": ("mul", (0, 0, 0, 9, 4), [X, X[:, :2], MUL, ADD, SHIFT], X.shape),
    "entries of another type": ("table", (-128, 4), [X, TABLE.astype(np.uint8)], X.shape),
    "unlike tensors": ("pair_table", (0, 0), [X, X[:1], TABLE], X.shape),
    "an axis that is none": ("transpose", (), [X, i64(0, 3, 1)], (2, 4, 3)),
    "an axis below all": ("transpose", (), [X, i64(0, -1, 1)], (2, 4, 3)),
    "too few axes": ("transpose", (), [X, i64(0, 1)], X.shape),
    "a stop behind the end": ("slice", (), [X, *i64([0] * 3, [2, 3, 5], [1] * 3)], (2, 3, 5)),
    "a start below all": ("slice", (), [X, *i64([0, -1, 0], [2, 3, 4], [1] * 3)], (2, 4, 4)),
    "a step of none": ("slice", (), [X, *i64([0] * 3, [2, 3, 4], [1, 0, 1])], X.shape),
    "the batch as an axis": ("concat", (0, 2), [X, X], (4, 3, 4)),
    "nothing to join": ("concat", (1, 0), [X], X.shape),
    "an axis beyond": ("concat", (3, 1), [X], X.shape),
    "parts that do not add up": ("concat", (1, 2), [X, X], (2, 5, 4)),
    "no repeats": ("repeat", (), [X, i64(1, 0, 1)], X.shape),
    "a batch that grows": ("repeat", (), [X, i64(2, 1, 1)], (4, 3, 4)),
    "fewer axes": ("broadcast", (), [X], (2, 4)),
    "an extent that is not 1": ("broadcast", (), [X], (2, 6, 4)),
    "a pad below none": ("pad", (0,), [X, i64([0, 0], [-1, 2], [0, 0])], (2, 4, 4)),
    "other elements": ("reshape", (), [X], (2, 11)),
    "another batch": ("reshape", (), [X], (3, 8)),
}


def call(made: Call) -> tuple[int, Array]:
    """The status and the result, 85 where it was not written.

    Behind the inputs lie absent ones, should the kernel ask for an optional one.
    """
    kernel, attributes, inputs, shape = made
    dense, out = [np.ascontiguousarray(x) for x in inputs], np.full(shape, 85, np.int8)
    return tercet_runtime.call(f"tercet_{kernel}", attributes, [*dense, None, None], out), out


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good[0])
def test_a_right_argument_is_taken(good: Call) -> None:
    status, _ = call(good)
    assert status == OK


@pytest.mark.parametrize("case", BAD)
def test_a_bad_argument_is_refused_and_nothing_written(case: str) -> None:
    status, out = call(BAD[case])
    assert status == BAD_ARG
    assert (out == 85).all()
