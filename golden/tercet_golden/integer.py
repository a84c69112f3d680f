"""The integer reference: the values of a graph by the references of its operators."""

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.evaluate import evaluate
from tercet.ir.names import value_names
from tercet.ir.types import IntArray


def run(module: ModuleOp, *inputs: IntArray) -> dict[str, IntArray]:
    """Every value of the integer graph by name, batch first; the inputs hold integers."""
    names = value_names(module)
    return {names[value]: array for value, array in evaluate(module, *inputs).items()}
