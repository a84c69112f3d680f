"""The entry of an input that holds integers, which passes them unchanged."""

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import BlockArgument, SSAValue
from xdsl.rewriter import Rewriter

from tercet.errors import UnsupportedError
from tercet.ir.families.movement import MovementOp
from tercet.ir.host.entry import Entry
from tercet.ir.interval import Interval
from tercet.ir.types import SI32, Int, shape_of, storage, tensor_type, unsigned
from tercet.ops.gather import Gather

WIDTHS = 8, 16, 31
"""The bits of a row's index."""


def integers(argument: BlockArgument) -> list[Entry]:
    """The entry of an argument of integers, which becomes the last argument of the block.

    Empty if nothing reads it. Its range is its type's; the range of an index of tables is the
    rows that all of them have, in the narrowest type that holds these.
    """
    if not argument.uses:
        return []
    given: Int = tensor_type(argument).element_type
    rows = _rows(argument)
    domain = Interval(0, min(rows) - 1) if rows else Interval.of(given)
    if not Interval.of(SI32).holds(domain):
        raise UnsupportedError(
            f"the input {argument.name_hint} holds integers of {given.width.data} bits, "
            f"{domain}; wanted 32 bits with a sign or fewer: let the model take a narrower type, "
            "or of a file say what the input holds, as --input-type UINT8 does"
        )
    block = argument.block
    value = block.insert_arg(argument.type, len(block.args))
    value.name_hint = argument.name_hint
    argument.replace_all_uses_with(value)
    if rows:
        _retype(value, unsigned(next(b for b in WIDTHS if domain.high < 1 << b)))
    return [Entry(np.ones(()), 0, domain, integers=storage(given).name)]


def _rows(argument: BlockArgument) -> list[int]:
    """The number of rows of every table that the integers index."""
    readers = [use.operation for value in _together(argument) for use in value.uses]
    return [op.table.get_shape()[0] for op in readers if isinstance(op, Gather)]


def _retype(value: SSAValue, element: Int) -> None:
    """Change the element type of the integers, and of every value that movement makes of them."""
    for one in _together(value):
        Rewriter.replace_value_with_new_type(one, TensorType(element, shape_of(one)))


def _together(value: SSAValue) -> list[SSAValue]:
    """`value` and every value that data movement connects with it, which share one type."""
    found: dict[SSAValue, None] = {value: None}
    waiting = [value]
    while waiting:
        one = waiting.pop()
        for op in (one.owner, *(use.operation for use in one.uses)):
            if isinstance(op, MovementOp):
                more = [x for x in (*op.operands, op.y) if x not in found]
                found.update(dict.fromkeys(more))
                waiting += more
    return list(found)
