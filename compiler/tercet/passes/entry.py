"""The first quantizer leaves the graph: the host runs it, the network takes integers."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.boundary import Entry, set_entry
from tercet.ir.module import inputs_of, retype
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.batch_norm import BatchNorm
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused
from tercet.passes.line import line


@dataclass(frozen=True)
class LiftEntry(ModulePass):
    """Replace the real argument by the integers that a quantizer makes of it.

    Factors and offsets between the argument and the quantizer become part of the entry.
    """

    name = "lift-entry"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        (argument,) = inputs_of(op)
        factor: FloatArray = np.ones(())
        offset: FloatArray = np.zeros(())
        reader = _only_reader(argument)
        while isinstance(reader, Affine | BatchNorm):
            slope, shift = line(reader)
            factor, offset = factor * slope, offset * slope + shift
            reader = _only_reader(reader.y)
        if not isinstance(reader, Quantize):
            raise _floats(reader)
        scale, zero = floats_of(reader.scale), reader.zero_point.value.data
        path = reader.quantizer.data
        set_entry(op, Entry(scale, zero, reader.clip(), factor, offset, path))
        block = argument.block
        integers = block.insert_arg(reader.q.type, 0)
        integers.name_hint = argument.name_hint
        reader.q.replace_all_uses_with(integers)
        erase_unused(op)
        block.erase_arg(argument)
        retype(op)


def _only_reader(value: SSAValue) -> LayerOp | None:
    """The one operator that reads `value`; the error names several."""
    readers = {use.operation for use in value.uses}
    named = sorted(reader.layer.data for reader in readers if isinstance(reader, LayerOp))
    if len(readers) > 1:
        raise UnsupportedError(
            f"{' and '.join(named)}: read the same floats; put one QuantIdentity in front of them"
        )
    first = next(iter(readers), None)
    return first if isinstance(first, LayerOp) else None


def _floats(reader: LayerOp | None) -> UnsupportedError:
    return UnsupportedError(
        f"{reader.layer.data if reader else 'the model'}: gets the input as floats; put one "
        "QuantIdentity with an integer act_quant in front of the network"
    )
