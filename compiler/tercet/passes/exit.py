"""What follows the last integers leaves the graph: the host makes the reals."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.boundary import Exit, set_exit
from tercet.ir.module import main_of, outputs_of, retype
from tercet.ir.types import FloatArray, floats_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.batch_norm import BatchNorm
from tercet.ops.real.dequantize import Dequantize
from tercet.passes.clean import erase_unused
from tercet.passes.line import line


@dataclass(frozen=True)
class LiftExit(ModulePass):
    """Return the integers behind the output; their factor and offset become the exit."""

    name = "lift-exit"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        (output,) = outputs_of(op)
        chain: list[Affine | BatchNorm] = []
        value: SSAValue = output
        while isinstance(owner := value.owner, Affine | BatchNorm):
            chain.insert(0, owner)
            value = owner.x
        if not isinstance(owner, Dequantize):
            layer = getattr(owner, "layer", None)
            raise UnsupportedError(
                f"{layer.data if layer else 'the model'}: a real function stands before the "
                "output; quantize its result, or leave it to the host"
            )
        zero = owner.zero_point.value.data
        factor = floats_of(owner.scale)
        offset: FloatArray = -zero * factor
        for step in chain:
            slope, shift = line(step)
            factor, offset = factor * slope, offset * slope + shift
        set_exit(op, Exit(factor, offset))
        last = main_of(op).body.block.last_op
        assert last is not None
        last.operands = [owner.q]
        retype(op)
        erase_unused(op)
