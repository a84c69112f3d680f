"""The entry of an input that holds integers: the integers themselves."""

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
"""Bits that the index of a row is given."""


def integers(argument: BlockArgument) -> list[Entry]:
    """The entry of an argument of integers, which comes last in the block from now on.

    None where nothing reads it. It may hold all that its type holds; what is looked up in tables
    holds the rows that all of them have, in as few bits as these take.
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
    """How many rows every table has in which the integers are looked up."""
    readers = [use.operation for value in _together(argument) for use in value.uses]
    return [op.table.get_shape()[0] for op in readers if isinstance(op, Gather)]


def _retype(value: SSAValue, element: Int) -> None:
    """Give the integers another type, wherever they are moved."""
    for one in _together(value):
        Rewriter.replace_value_with_new_type(one, TensorType(element, shape_of(one)))


def _together(value: SSAValue) -> list[SSAValue]:
    """`value`, and all that data movement joins it to: these have one type."""
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
