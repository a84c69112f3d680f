"""The host's entries and exit, kept in the module beside `main`.

Every argument of `main` has an entry, an attribute that says how the host makes its integers. The
function `exit`, of the float dialect, makes the model's reals of the results of `main`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.evaluate import call
from tercet.ir.families.real import LineOp
from tercet.ir.host.entry import Entry, read, written
from tercet.ir.interval import Interval
from tercet.ir.module import function_of, inputs_of, main_of, outputs_of
from tercet.ir.types import FloatArray, IntArray, shape_of, tensor_type

ENTRIES, EXIT = "tercet.entries", "exit"


@dataclass(frozen=True)
class Exit:
    """The line by which the host makes reals of an output's integers."""

    factor: FloatArray
    offset: FloatArray

    def reals(self, q: IntArray) -> FloatArray:
        return self.factor * q + self.offset


def set_entries(module: ModuleOp, entries: list[Entry]) -> None:
    """Write the entries into the module: one for each argument of `main`, in order."""
    main_of(module).attributes[ENTRIES] = ArrayAttr([written(entry) for entry in entries])


def entries_of(module: ModuleOp) -> tuple[Entry, ...]:
    """The entry of every input; without one in the module, integers pass unscaled."""
    found = main_of(module).attributes.get(ENTRIES)
    if isinstance(found, ArrayAttr):
        return tuple(read(one.data) for one in found if isinstance(one, DictionaryAttr))
    kinds = [tensor_type(value).element_type for value in inputs_of(module)]
    return tuple(Entry(np.ones(()), 0, Interval.of(kind), source=i) for i, kind in enumerate(kinds))


def entry_of(module: ModuleOp) -> Entry:
    """The entry of the only input."""
    (only,) = entries_of(module)
    return only


def reals(module: ModuleOp, *q: IntArray) -> tuple[npt.NDArray[np.generic], ...]:
    """The model's outputs, from the integers that `main` returns."""
    host = function_of(module, EXIT)
    return tuple(q) if host is None else call(host, *q)


def exits_of(module: ModuleOp) -> tuple[Exit | None, ...]:
    """The line of each output over its integers, in order; None if it is another function.

    The integers are the result of `main` at the same index.
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
    """`value` as a line of `argument`; None if it is another function."""
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
    """The line of the only output over its integers."""
    (only,) = exits_of(module)
    if only is None:
        raise VerifyError("the output is not a line of its integers")
    return only


def sources(module: ModuleOp) -> int:
    """The number of inputs of the model."""
    return 1 + max((entry.source for entry in entries_of(module)), default=0)


def quantize_inputs(module: ModuleOp, *xs: npt.NDArray[np.generic]) -> tuple[IntArray, ...]:
    """The integers of each input, (batch, …): floats through the entry, integers unchanged.

    Integers given for an input that several quantizers read are taken as those of the first one.
    """
    found, firsts = list[IntArray](), dict[int, Entry]()
    for argument, entry in zip(inputs_of(module), entries_of(module), strict=True):
        x, shape = xs[entry.source], shape_of(argument)[1:]
        if x.shape[1:] != shape:
            raise VerifyError(f"%{argument.name_hint}: rows of shape {x.shape[1:]}; wanted {shape}")
        first = firsts.setdefault(entry.source, entry)
        if np.issubdtype(x.dtype, np.integer):
            q = x.astype(np.int64)
            q = q if first is entry else entry.quantize(first.reals(q))
        else:
            q = entry.quantize(np.asarray(x, np.float64))
        if entry.integers and q.size and not entry.clip.holds(Interval.around(q)):
            raise VerifyError(
                f"%{argument.name_hint}: holds {Interval.around(q)}; wanted integers in "
                f"{entry.clip}"
            )
        found.append(q)
    return tuple(found)


def model_inputs(module: ModuleOp, *integers: IntArray) -> dict[int, npt.NDArray[np.generic]]:
    """Model inputs that the entries turn into these integers, by the number of the input.

    Reals are float64; an input that holds integers keeps its own type. With several entries for
    one input, the first counts.
    """
    found: dict[int, npt.NDArray[np.generic]] = {}
    for entry, q in zip(entries_of(module), integers, strict=True):
        found.setdefault(
            entry.source, q.astype(entry.integers) if entry.integers else entry.reals(q)
        )
    return found


def quantize_input(module: ModuleOp, x: npt.NDArray[np.generic]) -> IntArray:
    """The integers of the only input."""
    (only,) = quantize_inputs(module, x)
    return only
