"""The interval of every value of a module, by the operators' own range rules."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, ops_of
from tercet.ir.types import tensor_type


def ranges(module: ModuleOp) -> dict[SSAValue, Interval]:
    """Proves as it goes that no value leaves its type; raises `VerifyError` where one can."""
    known: dict[SSAValue, Interval] = {
        v: Interval.of(tensor_type(v).element_type) for v in inputs_of(module)
    }
    for op in ops_of(module):
        result = op.range(*(known[operand] for operand in op.operands))
        for value in op.results:
            element = tensor_type(value).element_type
            if not Interval.of(element).holds(result):
                raise VerifyError(
                    f"{op.layer.data}: the result of {op.name} can reach {result}, which does not "
                    f"fit {element}; use smaller weights or a narrower input"
                )
            known[value] = result
    return known
