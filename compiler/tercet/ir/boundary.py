"""Where the integers begin and end: kept as attributes of `main`, used by the host alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, ModuleOp

from tercet.errors import VerifyError
from tercet.ir.interval import Interval
from tercet.ir.module import input_type, inputs_of, main_of
from tercet.ir.types import (
    Dense,
    FloatArray,
    IntArray,
    dense_float,
    floats_of,
    number,
)

INPUT_SCALE, INPUT_ZERO = "tercet.input_scale", "tercet.input_zero_point"
INPUT_LOW, INPUT_HIGH = "tercet.input_low", "tercet.input_high"
OUTPUT_FACTOR, OUTPUT_OFFSET = "tercet.output_factor", "tercet.output_offset"


@dataclass(frozen=True)
class Entry:
    """How the host makes the input's integers: clip(round_half_even(x / scale + zero_point))."""

    scale: FloatArray
    """One element, or one for each index of the last axis."""
    zero_point: int
    clip: Interval

    def quantize(self, x: npt.NDArray[np.floating]) -> IntArray:
        """Evaluated in float64."""
        position = x.astype(np.float64) / self.scale + self.zero_point
        return np.clip(np.rint(position), self.clip.low, self.clip.high).astype(np.int64)


@dataclass(frozen=True)
class Exit:
    """How the host makes reals of the output: factor * q + offset, in float64."""

    factor: FloatArray
    offset: FloatArray

    def reals(self, q: IntArray) -> FloatArray:
        return self.factor * q + self.offset


def set_entry(module: ModuleOp, entry: Entry) -> None:
    attributes = main_of(module).attributes
    attributes[INPUT_SCALE] = dense_float(entry.scale)
    attributes[INPUT_ZERO] = number(entry.zero_point)
    attributes[INPUT_LOW] = number(entry.clip.low)
    attributes[INPUT_HIGH] = number(entry.clip.high)


def entry_of(module: ModuleOp) -> Entry:
    """The module's entry; integers pass unscaled where the module says nothing of it."""
    found = main_of(module).attributes
    if INPUT_SCALE not in found:
        return Entry(np.ones(()), 0, Interval.of(input_type(module).element_type))
    scale, zero = found[INPUT_SCALE], found[INPUT_ZERO]
    low, high = found[INPUT_LOW], found[INPUT_HIGH]
    assert isinstance(scale, Dense)
    assert isinstance(zero, IntegerAttr)
    assert isinstance(low, IntegerAttr)
    assert isinstance(high, IntegerAttr)
    return Entry(floats_of(scale), zero.value.data, Interval(low.value.data, high.value.data))


def set_exit(module: ModuleOp, exit_: Exit) -> None:
    attributes = main_of(module).attributes
    attributes[OUTPUT_FACTOR] = dense_float(exit_.factor)
    attributes[OUTPUT_OFFSET] = dense_float(exit_.offset)


def exit_of(module: ModuleOp) -> Exit:
    """The module's exit; integers are the reals where the module says nothing of it."""
    found = main_of(module).attributes
    factor, offset = found.get(OUTPUT_FACTOR), found.get(OUTPUT_OFFSET)
    if factor is None or offset is None:
        return Exit(np.ones(()), np.zeros(()))
    assert isinstance(factor, Dense)
    assert isinstance(offset, Dense)
    return Exit(floats_of(factor), floats_of(offset))


def quantize_input(module: ModuleOp, x: npt.NDArray[np.generic]) -> IntArray:
    """The integers that go in, (batch, …): floats through the entry, integers unchanged."""
    (argument,) = inputs_of(module)
    shape = input_type(module).get_shape()[1:]
    if x.shape[1:] != shape:
        raise VerifyError(f"%{argument.name_hint}: rows of shape {x.shape[1:]}; wanted {shape}")
    if np.issubdtype(x.dtype, np.integer):
        return x.astype(np.int64)
    return entry_of(module).quantize(np.asarray(x, np.float64))
