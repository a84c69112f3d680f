"""The first quantizer leaves the graph: the host runs it, the network takes integers."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from tercet.errors import UnsupportedError
from tercet.ir.boundary import Entry, set_entry
from tercet.ir.module import inputs_of, retype
from tercet.ir.op import LayerOp
from tercet.ir.types import floats_of
from tercet.ops.real.quantize import Quantize


@dataclass(frozen=True)
class LiftEntry(ModulePass):
    """Replace the real argument by the integers that its only reader, a quantizer, makes of it."""

    name = "lift-entry"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for argument in inputs_of(op):
            readers = {use.operation for use in argument.uses}
            quantizers = [r for r in readers if isinstance(r, Quantize)]
            if len(readers) != 1 or not quantizers:
                named = [r.layer.data for r in readers if isinstance(r, LayerOp)]
                raise UnsupportedError(
                    f"{' and '.join(sorted(named)) or 'the model'}: gets the input as floats; put "
                    "one QuantIdentity with an integer act_quant in front of the network"
                )
            (quantizer,) = quantizers
            scale, zero = floats_of(quantizer.scale), quantizer.zero_point.value.data
            set_entry(op, Entry(scale, zero, quantizer.clip()))
            integers = Rewriter.replace_value_with_new_type(argument, quantizer.q.type)
            quantizer.q.replace_all_uses_with(integers)
            Rewriter.erase_op(quantizer)
        retype(op)
