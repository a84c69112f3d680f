"""Modules: one function `main`, straight-line. Building, reading, text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, FunctionType, ModuleOp
from xdsl.dialects.func import Func, FuncOp, ReturnOp
from xdsl.ir import Attribute, Block, BlockArgument, Dialect, Operation, Region, SSAValue
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError

from tercet.errors import VerifyError
from tercet.ir.op import IntegerOp, LayerOp, operators, real_operators, verified
from tercet.ir.types import IntTensor, tensor_type


@dataclass(frozen=True)
class Built:
    """The operators of a function in order, and the values it returns."""

    ops: Sequence[LayerOp]
    results: Sequence[SSAValue]


def build(
    inputs: Sequence[Attribute],
    body: Callable[..., Sequence[LayerOp] | Built],
    names: Sequence[str] = (),
) -> ModuleOp:
    """A module whose `main` takes `inputs` and returns the last operator's result.

    `body` gets the arguments as SSA values and returns the operators in order, or a `Built` that
    also names the results. Without `names` the inputs are x, or x0, x1, …
    """
    block = Block(arg_types=inputs)
    for i, argument in enumerate(block.args):
        argument.name_hint = names[i] if names else "x" if len(inputs) == 1 else f"x{i}"
    made = body(*block.args)
    built = made if isinstance(made, Built) else Built(made, made[-1].results)
    block.add_ops([*built.ops, ReturnOp(*built.results)])
    results = [r.type for r in built.results]
    return verified(ModuleOp([FuncOp("main", (list(inputs), results), Region(block))]))


def function_of(module: ModuleOp, name: str) -> FuncOp | None:
    """The module's function of that name; None if there is none."""
    functions = (op for op in module.ops if isinstance(op, FuncOp))
    return next((op for op in functions if op.sym_name.data == name), None)


def main_of(module: ModuleOp) -> FuncOp:
    """The module's function `main`."""
    if (main := function_of(module, "main")) is not None:
        return main
    raise VerifyError("the module has no function main; a network is one function of that name")


def ops_of(module: ModuleOp) -> tuple[IntegerOp, ...]:
    """The integer operators of `main` in order; refused if `main` has any other operator."""
    found: list[IntegerOp] = []
    for op in main_of(module).body.block.ops:
        if isinstance(op, IntegerOp):
            found.append(op)
        elif not isinstance(op, ReturnOp):
            raise VerifyError(f"{op.name} is not an integer operator: run the passes first")
    return tuple(found)


def steps_of(module: ModuleOp) -> tuple[LayerOp, ...]:
    """The operators of both dialects in order."""
    return tuple(op for op in main_of(module).body.block.ops if isinstance(op, LayerOp))


def inputs_of(module: ModuleOp) -> tuple[BlockArgument, ...]:
    return tuple(main_of(module).body.block.args)


def outputs_of(module: ModuleOp) -> tuple[SSAValue, ...]:
    last: Operation | None = main_of(module).body.block.last_op
    assert isinstance(last, ReturnOp)
    return tuple(last.arguments)


def retype(module: ModuleOp) -> None:
    """Set the signature of `main` to the types of its arguments and results."""
    inputs, outputs = inputs_of(module), outputs_of(module)
    main_of(module).properties["function_type"] = FunctionType.from_lists(
        [value.type for value in inputs], [value.type for value in outputs]
    )


def input_type(module: ModuleOp) -> IntTensor:
    """The type of the only input."""
    (only,) = inputs_of(module)
    return tensor_type(only)


def context() -> Context:
    """An xDSL context with the integer dialect, the float dialect and the builtin ones."""
    known = Context()
    ours = Dialect("tercet", list(operators())), Dialect("real", list(real_operators()))
    for dialect in (Builtin, Func, *ours):
        known.load_dialect(dialect)
    return known


def parse(text: str) -> ModuleOp:
    """The module, from the text that `str(module)` printed."""
    try:
        return verified(Parser(context(), text).parse_module())
    except ParseError as broken:
        raise VerifyError(f"the text is no module of our dialects: {broken}") from broken
