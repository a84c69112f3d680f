"""Metadata copied from a quantizer to the operator that replaces it."""

from xdsl.dialects.builtin import IntegerAttr

from tercet.ir.families.quantized import Result
from tercet.ir.op import IntegerOp
from tercet.ir.types import floats_of, tensor_type
from tercet.passes.regions.region import Region


def result_of(region: Region, layer: str) -> Result:
    """The result's type and grid, from the region's quantizer, for an operator of `layer`.

    The scale is 1 if the channels have different ones.
    """
    end, scale = region.end, floats_of(region.end.scale)
    zero: IntegerAttr = end.zero_point
    return Result(
        element=tensor_type(end.q).element_type,
        layer=layer,
        inner=region.inner,
        scale=float(scale.reshape(-1)[0]) if scale.size == 1 else 1.0,
        zero_point=zero.value.data,
    )


def name_of(region: Region) -> str:
    """The layer that computed the integers of the region; the quantizer's own for an input."""
    (leaf, *_) = region.leaves
    owner = leaf.owner
    return owner.layer.data if isinstance(owner, IntegerOp) else region.layer
