"""Where the integers begin and end: the host's part, kept in the module beside `main`.

Every argument of `main` has an entry, an attribute that says how the host makes its integers. What
the host makes of the results of `main` is the function `exit`, of the float dialect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, IntegerAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, SSAValue

from tercet.errors import VerifyError
from tercet.ir.evaluate import call
from tercet.ir.interval import Interval
from tercet.ir.module import function_of, inputs_of, main_of, outputs_of
from tercet.ir.real import LineOp, is_real
from tercet.ir.rounding import ROUNDINGS
from tercet.ir.types import (
    Dense,
    FloatArray,
    IntArray,
    dense_float,
    floats_of,
    number,
    shape_of,
    tensor_type,
)

ENTRIES, EXIT = "tercet.entries", "exit"


@dataclass(frozen=True)
class Entry:
    """How the host makes the integers of one input, in float64.

    q = clip(round((factor * x + offset) / scale + zero_point)). Every constant broadcasts.
    """

    scale: FloatArray
    zero_point: int
    clip: Interval
    factor: FloatArray = field(default_factory=lambda: np.ones(()))
    """With `offset`: what the model does to its input before it quantizes it."""
    offset: FloatArray = field(default_factory=lambda: np.zeros(()))
    quantizer: str = ""
    """Path of the quantizer in the user's model, "" where unknown."""
    rounding: str = "half_even"
    zero_after: bool = False
    """The zero point is added after rounding."""
    source: int = 0
    """Which of the model's inputs it reads."""

    def position(self, x: npt.NDArray[np.floating]) -> FloatArray:
        """Where real inputs lie between the integers."""
        scaled = x.astype(np.float64) * self.factor + self.offset
        return scaled / self.scale + self.zero_point

    def quantize(self, x: npt.NDArray[np.floating]) -> IntArray:
        """The integers of real inputs."""
        after = self.zero_point if self.zero_after else 0
        rounded = ROUNDINGS[self.rounding].reference(self.position(x) - after) + after
        return np.clip(rounded, self.clip.low, self.clip.high).astype(np.int64)

    def possible(self, q: IntArray) -> IntArray:
        """`q` itself, or what is nearest to it of the integers that an input can become."""
        if self.rounding != "sign":
            return q
        return np.where(q >= 0, np.int64(self.clip.high), np.int64(self.clip.low))

    def reals(self, q: IntArray) -> FloatArray:
        """Inputs that become the integers `q`; a factor of 0 forgets what they were."""
        scaled = (q - self.zero_point) * self.scale - self.offset
        return scaled / np.where(self.factor == 0, 1, self.factor)


@dataclass(frozen=True)
class Exit:
    """How the host makes reals of an output that is a line of its integers."""

    factor: FloatArray
    offset: FloatArray

    def reals(self, q: IntArray) -> FloatArray:
        return self.factor * q + self.offset


def set_entries(module: ModuleOp, entries: list[Entry]) -> None:
    """One for each argument of `main`, in order."""
    main_of(module).attributes[ENTRIES] = ArrayAttr([_written(entry) for entry in entries])


def _written(entry: Entry) -> DictionaryAttr:
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
        }
    )


def entries_of(module: ModuleOp) -> tuple[Entry, ...]:
    """The entry of every input; integers pass unscaled where the module says nothing of them."""
    found = main_of(module).attributes.get(ENTRIES)
    if isinstance(found, ArrayAttr):
        return tuple(_read(one.data) for one in found if isinstance(one, DictionaryAttr))
    kinds = [tensor_type(value).element_type for value in inputs_of(module)]
    return tuple(Entry(np.ones(()), 0, Interval.of(kind), source=i) for i, kind in enumerate(kinds))


def _read(found: Mapping[str, Attribute]) -> Entry:
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
    )


def entry_of(module: ModuleOp) -> Entry:
    """The entry of the only input."""
    (only,) = entries_of(module)
    return only


def _reals(attribute: Attribute) -> FloatArray:
    assert isinstance(attribute, Dense)
    return floats_of(attribute)


def _whole(attribute: Attribute) -> int:
    assert isinstance(attribute, IntegerAttr)
    return attribute.value.data


def _text(attribute: Attribute) -> str:
    assert isinstance(attribute, StringAttr)
    return attribute.data


def reals(module: ModuleOp, *q: IntArray) -> tuple[npt.NDArray[np.generic], ...]:
    """What the model returns, from the integers that `main` returns."""
    host = function_of(module, EXIT)
    return tuple(q) if host is None else call(host, *q)


def exits_of(module: ModuleOp) -> tuple[Exit | None, ...]:
    """Each output as a line of its integers, in order; None where it is another function.

    The integers are then those of the result of `main` in the same place.
    """
    host = function_of(module, EXIT)
    if host is None:
        return tuple(Exit(np.ones(()), np.zeros(())) for _ in outputs_of(module))
    block = host.body.block
    last = block.last_op
    assert last is not None
    pairs = zip(last.operands, block.args, strict=False)
    lines = [_line(value, argument) for value, argument in pairs]
    return tuple(lines) if len(block.args) == len(last.operands) else (None,) * len(last.operands)


def _line(value: SSAValue, argument: SSAValue) -> Exit | None:
    """`value` as a line of `argument`."""
    if value is argument:
        return Exit(np.ones(()), np.zeros(()))
    owner = value.owner
    if not isinstance(owner, LineOp) or (line := owner.line()) is None:
        return None
    if (before := _line(owner.operands[0], argument)) is None:
        return None
    slope, shift = line
    return Exit(before.factor * slope, before.offset * slope + shift)


def exit_of(module: ModuleOp) -> Exit:
    """The only output's, which must be a line of its integers."""
    (only,) = exits_of(module)
    if only is None:
        raise VerifyError("the output is no line of the integers behind it")
    return only


def sources(module: ModuleOp) -> int:
    """How many inputs the model has."""
    return 1 + max((entry.source for entry in entries_of(module)), default=0)


def quantize_inputs(module: ModuleOp, *xs: npt.NDArray[np.generic]) -> tuple[IntArray, ...]:
    """The integers that go in, (batch, …) each: floats through the entry, integers unchanged."""
    found = []
    for argument, entry in zip(inputs_of(module), entries_of(module), strict=True):
        x, shape = xs[entry.source], shape_of(argument)[1:]
        if x.shape[1:] != shape:
            raise VerifyError(f"%{argument.name_hint}: rows of shape {x.shape[1:]}; wanted {shape}")
        whole = np.issubdtype(x.dtype, np.integer)
        found.append(x.astype(np.int64) if whole else entry.quantize(np.asarray(x, np.float64)))
    return tuple(found)


def quantize_input(module: ModuleOp, x: npt.NDArray[np.generic]) -> IntArray:
    """The integers of the only input."""
    (only,) = quantize_inputs(module, x)
    return only


def real_inputs(module: ModuleOp) -> bool:
    """Whether `main` still takes reals: no entry has been lifted."""
    return any(is_real(value) for value in inputs_of(module))
