"""Where the integers begin and end: kept as attributes of `main`, used by the host alone."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute

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
INPUT_FACTOR, INPUT_OFFSET = "tercet.input_factor", "tercet.input_offset"
INPUT_QUANTIZER = "tercet.input_quantizer"
OUTPUT_FACTOR, OUTPUT_OFFSET = "tercet.output_factor", "tercet.output_offset"


@dataclass(frozen=True)
class Entry:
    """How the host makes the input's integers, in float64.

    q = clip(round_half_even((factor * x + offset) / scale + zero_point)). Every constant has one
    element, or one for each index of the last axis.
    """

    scale: FloatArray
    zero_point: int
    clip: Interval
    factor: FloatArray = field(default_factory=lambda: np.ones(()))
    """With `offset`: what the model does to its input before it quantizes it."""
    offset: FloatArray = field(default_factory=lambda: np.zeros(()))
    quantizer: str = ""
    """Path of the quantizer in the user's model, "" where unknown."""

    def quantize(self, x: npt.NDArray[np.floating]) -> IntArray:
        """The integers of real inputs."""
        scaled = x.astype(np.float64) * self.factor + self.offset
        position = scaled / self.scale + self.zero_point
        return np.clip(np.rint(position), self.clip.low, self.clip.high).astype(np.int64)

    def reals(self, q: IntArray) -> FloatArray:
        """Inputs that become the integers `q`; a factor of 0 forgets what they were."""
        scaled = (q - self.zero_point) * self.scale - self.offset
        return scaled / np.where(self.factor == 0, 1, self.factor)


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
    attributes[INPUT_FACTOR] = dense_float(entry.factor)
    attributes[INPUT_OFFSET] = dense_float(entry.offset)
    attributes[INPUT_QUANTIZER] = StringAttr(entry.quantizer)


def entry_of(module: ModuleOp) -> Entry:
    """The module's entry; integers pass unscaled where the module says nothing of it."""
    found = main_of(module).attributes
    if INPUT_SCALE not in found:
        return Entry(np.ones(()), 0, Interval.of(input_type(module).element_type))
    return Entry(
        _reals(found[INPUT_SCALE]),
        _whole(found[INPUT_ZERO]),
        Interval(_whole(found[INPUT_LOW]), _whole(found[INPUT_HIGH])),
        _reals(found[INPUT_FACTOR]),
        _reals(found[INPUT_OFFSET]),
        _text(found[INPUT_QUANTIZER]),
    )


def _reals(attribute: Attribute) -> FloatArray:
    assert isinstance(attribute, Dense)
    return floats_of(attribute)


def _whole(attribute: Attribute) -> int:
    assert isinstance(attribute, IntegerAttr)
    return attribute.value.data


def _text(attribute: Attribute) -> str:
    assert isinstance(attribute, StringAttr)
    return attribute.data


def set_exit(module: ModuleOp, exit_: Exit) -> None:
    attributes = main_of(module).attributes
    attributes[OUTPUT_FACTOR] = dense_float(exit_.factor)
    attributes[OUTPUT_OFFSET] = dense_float(exit_.offset)


def exit_of(module: ModuleOp) -> Exit:
    """The module's exit; integers are the reals where the module says nothing of it."""
    found = main_of(module).attributes
    if OUTPUT_FACTOR not in found:
        return Exit(np.ones(()), np.zeros(()))
    return Exit(_reals(found[OUTPUT_FACTOR]), _reals(found[OUTPUT_OFFSET]))


def quantize_input(module: ModuleOp, x: npt.NDArray[np.generic]) -> IntArray:
    """The integers that go in, (batch, …): floats through the entry, integers unchanged."""
    (argument,) = inputs_of(module)
    shape = input_type(module).get_shape()[1:]
    if x.shape[1:] != shape:
        raise VerifyError(f"%{argument.name_hint}: rows of shape {x.shape[1:]}; wanted {shape}")
    if np.issubdtype(x.dtype, np.integer):
        return x.astype(np.int64)
    return entry_of(module).quantize(np.asarray(x, np.float64))
