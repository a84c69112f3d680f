"""Names of values, the same for every executor: "x", "fc1:linear", "fc1:requantize"."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.module import inputs_of, steps_of


def value_names(module: ModuleOp) -> dict[SSAValue, str]:
    """The unique name of every input and result, in order; a repeat gets "#2" and so on."""
    names: dict[SSAValue, str] = {}
    seen: dict[str, int] = {}

    def add(value: SSAValue, wish: str) -> None:
        seen[wish] = seen.get(wish, 0) + 1
        names[value] = wish if seen[wish] == 1 else f"{wish}#{seen[wish]}"

    for i, argument in enumerate(inputs_of(module)):
        add(argument, argument.name_hint or f"x{i}")
    for op in steps_of(module):
        for result in op.results:
            add(result, f"{op.layer.data}:{op.name.partition('.')[2]}")
    return names
