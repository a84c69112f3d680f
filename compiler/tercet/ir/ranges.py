"""The interval of every value of a module, by the operators' own range rules."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, SSAValue

from tercet.errors import VerifyError
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, ops_of
from tercet.ir.op import IntegerOp
from tercet.ir.types import tensor_type


def ranges(module: ModuleOp) -> dict[SSAValue, Interval]:
    """The interval of every integer value; raises `VerifyError` if one can leave its type."""
    known: dict[SSAValue, Interval] = {v: range_of(v) for v in inputs_of(module)}
    for op in ops_of(module):
        known[op.results[0]] = _result(op, [known[operand] for operand in op.operands])
    return known


class Ranges:
    """Intervals of single integer values, from the inputs on; each is computed once."""

    def __init__(self) -> None:
        self._known: dict[SSAValue, Interval] = {}

    def of(self, value: SSAValue) -> Interval:
        """The interval of `value`; that of an input is its type's."""
        waiting = [value]
        while waiting:
            last = waiting[-1]
            owner = last.owner
            needed = owner.operands if isinstance(owner, IntegerOp) else ()
            unknown = [x for x in needed if x not in self._known]
            if last not in self._known and not unknown:
                self._known[last] = self._worked_out(last)
            waiting = [*waiting, *unknown] if unknown else waiting[:-1]
        return self._known[value]

    def _worked_out(self, value: SSAValue) -> Interval:
        owner = value.owner
        if isinstance(owner, Block) or not isinstance(owner, IntegerOp):
            return Interval.of(tensor_type(value).element_type)
        return _result(owner, [self._known[operand] for operand in owner.operands])


def range_of(value: SSAValue) -> Interval:
    """The interval of one integer value."""
    return Ranges().of(value)


def _result(op: IntegerOp, operands: list[Interval]) -> Interval:
    result, element = op.range(*operands), tensor_type(op.results[0]).element_type
    if not Interval.of(element).holds(result):
        raise VerifyError(
            f"the result of {op.name} can reach {result}, which does not fit {element}",
            layer=op.layer.data,
            way_out="use smaller weights or a narrower input",
        )
    return result
