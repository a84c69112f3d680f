"""What an integer operator takes over from the quantizer that it is."""

from xdsl.dialects.builtin import IntegerAttr

from tercet.ir.op import IntegerOp
from tercet.ir.types import Int, floats_of, tensor_type
from tercet.passes.regions.region import End, Region


def element_of(end: End) -> Int:
    """The type of the quantizer's integers."""
    return tensor_type(end.q).element_type


def metadata(end: End) -> tuple[float, int]:
    """Scale and zero point; 1 where every channel has a scale of its own."""
    scale = floats_of(end.scale)
    zero: IntegerAttr = end.zero_point
    return float(scale.reshape(-1)[0]) if scale.size == 1 else 1.0, zero.value.data


def name_of(region: Region) -> str:
    """The layer whose integers the region starts from, if it computed them."""
    (leaf, *_) = region.leaves
    owner = leaf.owner
    return owner.layer.data if isinstance(owner, IntegerOp) else region.layer
