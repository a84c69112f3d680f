"""The entry of an input: how the host quantizes it, and its form as an attribute."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, StringAttr
from xdsl.ir import Attribute

from tercet.ir.arithmetic.rounding import ROUNDINGS
from tercet.ir.interval import Interval
from tercet.ir.types import Dense, FloatArray, IntArray, dense_float, floats_of, number


@dataclass(frozen=True)
class Entry:
    """How the host makes the integers of one input, in float64.

    q = clip(round((factor * x + offset) / scale + zero_point)). Every constant broadcasts.
    """

    scale: FloatArray
    zero_point: int
    clip: Interval
    factor: FloatArray = field(default_factory=lambda: np.ones(()))
    """With `offset`: the line that the model applies to its input before quantizing it."""
    offset: FloatArray = field(default_factory=lambda: np.zeros(()))
    quantizer: str = ""
    """Path of the quantizer in the user's model, "" where unknown."""
    rounding: str = "half_even"
    zero_after: bool = False
    """The zero point is added after rounding."""
    source: int = 0
    """The number of the model's input that it reads."""
    integers: str = ""
    """The type of a model input that holds integers, which pass unchanged, such as "uint8"; "" for
    reals."""

    def position(self, x: npt.NDArray[np.floating]) -> FloatArray:
        """Real inputs in steps of the grid, before rounding and clipping."""
        scaled = x.astype(np.float64) * self.factor + self.offset
        return scaled / self.scale + self.zero_point

    def quantize(self, x: npt.NDArray[np.floating]) -> IntArray:
        """The integers of real inputs."""
        after = self.zero_point if self.zero_after else 0
        rounded = ROUNDINGS[self.rounding].reference(self.position(x) - after) + after
        return np.clip(rounded, self.clip.low, self.clip.high).astype(np.int64)

    def possible(self, q: IntArray) -> IntArray:
        """`q`, or the nearest integers that some input is quantized to."""
        if self.rounding != "sign":
            return q
        return np.where(q >= 0, np.int64(self.clip.high), np.int64(self.clip.low))

    def reals(self, q: IntArray) -> FloatArray:
        """Inputs that are quantized to `q`; 0 where a factor of 0 makes every input alike."""
        scaled = (q - self.zero_point) * self.scale - self.offset
        return scaled / np.where(self.factor == 0, 1, self.factor)


def written(entry: Entry) -> DictionaryAttr:
    """The entry as an attribute."""
    return DictionaryAttr(
        {
            "scale": dense_float(entry.scale),
            "zero_point": number(entry.zero_point),
            "low": number(entry.clip.low),
            "high": number(entry.clip.high),
            "factor": dense_float(entry.factor),
            "offset": dense_float(entry.offset),
            "quantizer": StringAttr(entry.quantizer),
            "rounding": StringAttr(entry.rounding),
            "zero_after": number(int(entry.zero_after)),
            "source": number(entry.source),
            "integers": StringAttr(entry.integers),
        }
    )


def read(found: Mapping[str, Attribute]) -> Entry:
    """The entry that `written` wrote."""
    return Entry(
        _reals(found["scale"]),
        _whole(found["zero_point"]),
        Interval(_whole(found["low"]), _whole(found["high"])),
        _reals(found["factor"]),
        _reals(found["offset"]),
        _text(found["quantizer"]),
        _text(found["rounding"]),
        bool(_whole(found["zero_after"])),
        _whole(found["source"]),
        _text(found["integers"]),
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
