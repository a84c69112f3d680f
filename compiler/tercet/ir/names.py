"""Names of values, the same for every executor: "x", "fc1:linear", "fc1:requantize".

The last pass stamps them as attributes; a later rewrite of the module keeps the attributes. A fused
operator has the name of its last value.
"""

from collections.abc import Mapping

from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, SSAValue

from tercet.errors import VerifyError
from tercet.ir.module import inputs_of, main_of, steps_of

NAME, INPUTS = "tercet.name", "tercet.inputs"
"""Attributes: on an operator the name of its result, on `main` the names of its arguments."""


def value_names(module: ModuleOp) -> dict[SSAValue, str]:
    """The unique name of every input and result, in order.

    In a module without stamps they are made from layer and operator; a repeat gets "#2" and so on.
    Raises VerifyError if only some values are stamped, or two have one name.
    """
    given = main_of(module).attributes.get(INPUTS)
    if given is None:
        return _derived(module)
    inputs, texts = inputs_of(module), _texts(given)
    if len(texts) != len(inputs):
        raise VerifyError(f"{INPUTS} has {len(texts)} names, main has {len(inputs)} inputs")
    names: dict[SSAValue, str] = dict(zip(inputs, texts, strict=True))
    for op in steps_of(module):
        for result in op.results:
            names[result] = _text(op.attributes.get(NAME), op.layer.data)
    if len(set(names.values())) < len(names):
        raise VerifyError("two values of the module have one name: stamp it anew")
    return names


def is_stamped(module: ModuleOp) -> bool:
    """Whether the passes have stamped names on the values."""
    return INPUTS in main_of(module).attributes


def stamp(module: ModuleOp, names: Mapping[SSAValue, str] | None = None) -> None:
    """Write the name of every value into the module: those in `names`, or by layer and operator."""
    found = _derived(module) if names is None else names
    inputs = [StringAttr(found[value]) for value in inputs_of(module)]
    main_of(module).attributes[INPUTS] = ArrayAttr(inputs)
    for op in steps_of(module):
        for result in op.results:
            op.attributes[NAME] = StringAttr(found[result])


def _text(found: Attribute | None, layer: str) -> str:
    if isinstance(found, StringAttr):
        return found.data
    raise VerifyError(f"a value has no name: a pass has lost its attribute {NAME}", layer=layer)


def _texts(found: Attribute) -> list[str]:
    if not isinstance(found, ArrayAttr):
        raise VerifyError(f"{INPUTS} is no list of names: {found}")
    return [_text(each, "the inputs") for each in found]


def _derived(module: ModuleOp) -> dict[SSAValue, str]:
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
