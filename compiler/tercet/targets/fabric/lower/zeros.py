"""The zero point of a stored tensor, from the zero points that its readers want."""

from collections.abc import Iterator

from xdsl.ir import SSAValue

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.quantized import QuantizedOp
from tercet.ops.pad import Pad
from tercet.targets.fabric.lower.registry import Want, wants


def zero_of(value: SSAValue) -> int:
    """The zero point of a stored value: a strict reader's, any reader's, or the quantizer's."""
    found = list(_wanted(value))
    for strict in (True, False):
        for want in found:
            if want.strict is strict:
                return want.zero_point
    owner = value.owner
    if isinstance(owner, QuantizedOp) and owner.zero_point is not None:
        return owner.zero_point.value.data
    return 0


def _wanted(value: SSAValue) -> Iterator[Want]:
    for use in value.uses:
        op = use.operation
        if isinstance(op, MovementOp | Pad):
            yield from _wanted(op.y)
        if isinstance(op, Pad):
            yield Want(op.value.value.data, False)
        asked = wants().get(type(op))
        want = asked(op, use.index) if asked else None
        if want is not None:
            yield want
