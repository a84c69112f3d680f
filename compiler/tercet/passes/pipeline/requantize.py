"""Each region becomes one exact integer operator."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from tercet.errors import UnsupportedError
from tercet.ir.module import steps_of
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import number
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet.passes.clean import erase_unused
from tercet.passes.regions.region import End, Region, region_of
from tercet.passes.synthesis.certificate import LATTICE, SITE
from tercet.passes.synthesis.pairs import pair
from tercet.passes.synthesis.unary import unary


@dataclass(frozen=True)
class Requantization(ModulePass):
    """quantize(f(dequantize(q), …)) becomes an operator that is equal for all q, certified."""

    name = "requantization"
    threshold_bits: int = 0
    """Outputs of up to this many bits become thresholds, as do those without exact multipliers."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        ranges = Ranges()
        for site, end in enumerate(ends_of(op)):
            region = region_of(end)
            made = _closed(region, ranges, self.threshold_bits)
            last = made[-1]
            last.attributes["quantizer"] = StringAttr(end.quantizer.data)
            last.attributes[SITE] = number(site)
            if isinstance(end, Quantize) and end.lattice is not None:
                last.attributes[LATTICE] = end.lattice
            _replace(end, made)
        erase_unused(op)


def ends_of(module: ModuleOp) -> list[End]:
    """The quantizers of a module in order."""
    return [op for op in steps_of(module) if isinstance(op, Quantize | OrtRequantize)]


def _closed(region: Region, ranges: Ranges, threshold_bits: int) -> list[IntegerOp]:
    """The operators that compute `region`; the last one returns its result."""
    count = len(region.leaves)
    if count == 1:
        return unary(region, ranges, threshold_bits)
    if count == 2:
        return pair(region, ranges)
    raise UnsupportedError(
        f"combines {count} quantized tensors before one rounding",
        layer=region.layer,
        way_out="quantize the sum of two of them first",
    )


def _replace(end: End, made: list[IntegerOp]) -> None:
    Rewriter.insert_op(made, InsertPoint.before(end))
    end.q.replace_all_uses_with(made[-1].results[0])
    Rewriter.erase_op(end)
