"""The first quantizers become entries: the host runs them, and `main` takes their integers.

Inputs that are integers pass unchanged.
"""

from dataclasses import dataclass, replace

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import BlockArgument, SSAValue
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.calls import joined
from tercet.ir.families.real import LineOp, is_real
from tercet.ir.host.boundary import set_entries
from tercet.ir.host.entry import Entry
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, retype
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.clip import Clip
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.clean import erase_unused
from tercet.passes.pipeline.integer_entry import integers
from tercet.passes.wording import described


@dataclass(frozen=True)
class LiftEntry(ModulePass):
    """Replace each real argument by the integers that quantizers make of it.

    Factors, offsets and clips between the argument and the quantizer become part of the entry.
    Arguments that are integers stay.
    """

    name = "lift-entry"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        entries: list[Entry] = []
        arguments = inputs_of(op)
        for source, argument in enumerate(arguments):
            found = (_reals if is_real(argument) else integers)(argument)
            entries += [replace(entry, source=source) for entry in found]
        erase_unused(op)
        for argument in arguments:
            argument.block.erase_arg(argument)
        set_entries(op, entries)
        retype(op)


@dataclass(frozen=True)
class _Path:
    """The line and the clips that the model applies to an input on the way to a value."""

    factor: FloatArray
    offset: FloatArray
    low: float = -np.inf
    high: float = np.inf


def _reals(argument: BlockArgument) -> list[Entry]:
    start = _Path(np.ones(()), np.zeros(()))
    made: list[tuple[Entry, SSAValue]] = []
    order = {op: i for i, op in enumerate(argument.block.ops)}
    readers = sorted(_quantizers(argument, start), key=lambda found: order[found[1]])
    for path, quantize in readers:
        entry = _entry(path, quantize)
        same = [i for i, known in enumerate(made) if _equal(*known, entry, quantize)]
        if same:
            known, value = made[same[0]]
            both = joined(known.quantizer, entry.quantizer)
            made[same[0]] = (replace(known, quantizer=both), value)
        else:
            block = argument.block
            value = block.insert_arg(quantize.q.type, len(block.args))
            hint = argument.name_hint or "x"
            value.name_hint = hint if not made else f"{hint}_{len(made) + 1}"
            made.append((entry, value))
        quantize.q.replace_all_uses_with(value)
    if made:
        argument.name_hint = None
    return [entry for entry, _ in made]


def _quantizers(value: SSAValue, path: _Path) -> list[tuple[_Path, Quantize]]:
    """Every quantizer that reads the input, with the path from the input to it."""
    found: list[tuple[_Path, Quantize]] = []
    for use in list(value.uses):
        reader = use.operation
        if isinstance(reader, Quantize):
            found.append((path, reader))
        elif isinstance(reader, Relu | Clip):
            found += _quantizers(reader.y, _clipped(path, reader))
        elif isinstance(reader, LineOp) and (line := reader.line()) is not None:
            if np.isfinite(path.low) or np.isfinite(path.high):
                raise _floats(reader)
            slope, shift = line
            after = _Path(path.factor * slope, path.offset * slope + shift)
            found += _quantizers(reader.results[0], after)
        else:
            raise _floats(reader if isinstance(reader, LayerOp) else None)
    return found


def _clipped(path: _Path, reader: Relu | Clip) -> _Path:
    low, high = (
        (0.0, np.inf)
        if isinstance(reader, Relu)
        else (reader.low.value.data, reader.high.value.data)
    )
    ends = np.clip([path.low, path.high], low, high)
    return replace(path, low=float(ends[0]), high=float(ends[1]))


def _entry(path: _Path, quantize: Quantize) -> Entry:
    """The entry of a path and its quantizer; clips before rounding become clips behind it."""
    clip = quantize.clip()
    if floats_of(quantize.scale).size == 1:
        ends = quantize.reference(np.array([path.low, path.high])).tolist()
        clip = Interval(*ends)
    elif np.isfinite(path.low) or np.isfinite(path.high):
        raise _floats(quantize)
    return Entry(
        floats_of(quantize.scale),
        quantize.zero_point.value.data,
        clip,
        path.factor,
        path.offset,
        quantize.quantizer.data,
        quantize.rounding.data,
        bool(quantize.zero_after.value.data),
    )


def _equal(known: Entry, value: SSAValue, entry: Entry, quantize: Quantize) -> bool:
    arrays = (
        (known.scale, entry.scale),
        (known.factor, entry.factor),
        (known.offset, entry.offset),
    )
    return (
        value.type == quantize.q.type
        and all(np.array_equal(a, b) for a, b in arrays)
        and (known.zero_point, known.clip, known.rounding, known.zero_after)
        == (entry.zero_point, entry.clip, entry.rounding, entry.zero_after)
    )


def _floats(reader: LayerOp | None) -> UnsupportedError:
    found = described(reader) if reader else "the model"
    return UnsupportedError(
        "gets the input as floats",
        layer=found,
        way_out=(
            "put one QuantIdentity with an integer act_quant in front of the "
            "network, or read a file with --input-type"
        ),
    )
