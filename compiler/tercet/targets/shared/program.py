"""The flat program of a module for C and HLS C++: values, constants, one call a step."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.interval import is_signed
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp, Kernel, constants, integers
from tercet.ir.types import Dense, IntArray, storage, tensor_type, values_of
from tercet.targets.shared.identifiers import identifiers, network_name


@dataclass(frozen=True)
class Value:
    """A tensor that the program computes or is given."""

    name: str
    """Name of the value, as in `value_names`."""
    ident: str
    index: int
    dtype: np.dtype[np.generic]
    """Type in which C stores an element."""
    bits: int
    signed: bool
    shape: tuple[int, ...]
    """Shape, with the batch of 1 in front."""


@dataclass(frozen=True, eq=False)
class Constant:
    """A tensor that is part of the program."""

    ident: str
    dtype: np.dtype[np.generic]
    data: IntArray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape


@dataclass(frozen=True)
class Step:
    """One call of a kernel, by the convention of runtime/include/tercet/kernel.h."""

    name: str
    kernel: Kernel
    attributes: tuple[int, ...]
    inputs: tuple[Value | Constant | None, ...]
    """Operands, then dense properties; None is an optional one that is absent."""
    output: Value

    @property
    def constants(self) -> tuple[Constant, ...]:
        return tuple(i for i in self.inputs if isinstance(i, Constant))


@dataclass(frozen=True)
class Program:
    """One inference as a list of kernel calls; names no operator."""

    name: str
    values: tuple[Value, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    steps: tuple[Step, ...]

    @property
    def headers(self) -> list[str]:
        return sorted({step.kernel.header for step in self.steps})

    @property
    def inner(self) -> tuple[Value, ...]:
        """The values that are neither inputs nor outputs."""
        return tuple(v for v in self.values if v not in self.inputs and v not in self.outputs)


def program(
    module: ModuleOp, name: str, target: str, kernel: Callable[[IntegerOp], Kernel | None]
) -> Program:
    """The program of an integer graph; `kernel` picks the function of `target` for an operator."""
    names = value_names(module)
    ops = list(ops_of(module))
    tensors = [(op, key) for op in ops for key in _dense(op)]
    wishes = [f"{names[op.results[0]]} {key}" for op, key in tensors]
    unique = identifiers([*names.values(), *wishes])
    values = {ssa: _value(ssa, n, unique[i], i) for i, (ssa, n) in enumerate(names.items())}
    constants_ = dict(zip(tensors, unique[len(names) :], strict=True))
    steps = tuple(_step(op, values, constants_, target, kernel(op)) for op in ops)
    return Program(
        network_name(name),
        tuple(values.values()),
        tuple(values[v] for v in inputs_of(module)),
        tuple(values[v] for v in outputs_of(module)),
        steps,
    )


def _value(ssa: SSAValue, name: str, ident: str, index: int) -> Value:
    kind = tensor_type(ssa)
    element = kind.element_type
    bits, shape = element.width.data, kind.get_shape()
    return Value(name, ident, index, storage(element), bits, is_signed(element), shape)


def _dense(op: IntegerOp) -> list[str]:
    """The properties that are tensors of the program."""
    own = {id(constant) for constant in constants(op) if constant is not None}
    return [name for name, value in op.properties.items() if id(value) in own]


def without_kernel(op: str, target: str) -> str:
    """Why a target refuses an operator that has no kernel for it."""
    return f"{op} has no {target} kernel; `tercet ops` lists what each target has"


def _step(
    op: IntegerOp,
    values: dict[SSAValue, Value],
    idents: dict[tuple[IntegerOp, str], str],
    target: str,
    kernel: Kernel | None,
) -> Step:
    if kernel is None:
        raise UnsupportedError(without_kernel(op.name, target), layer=op.layer.data)
    (result,) = op.results
    output = values[result]
    names = {id(op.properties[key]): idents[op, key] for key in _dense(op)}
    dense = (None if c is None else _constant(c, names[id(c)]) for c in constants(op))
    operands = (values[operand] for operand in op.operands)
    return Step(output.name, kernel, integers(op), (*operands, *dense), output)


def _constant(values: Dense, ident: str) -> Constant:
    return Constant(ident, storage(values.get_element_type()), values_of(values))
