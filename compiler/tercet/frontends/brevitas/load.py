"""A module of the float dialect from a live Brevitas module."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Node
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Block, SSAValue

from tercet.errors import CaptureError, UnsupportedError, first_of
from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import convert
from tercet.frontends.brevitas import quantized
from tercet.frontends.brevitas.capture import capture
from tercet.frontends.brevitas.floats import floats
from tercet.ir.families.real import real_tensor
from tercet.ir.module import Built, build
from tercet.ir.op import LayerOp
from tercet.ir.types import signed, tensor, unsigned

OURS = quantized.__name__


def load(model: nn.Module, example: Tensor | Sequence[Tensor]) -> ModuleOp:
    """Capture `model` as it runs on `example` (batch first; one row is enough).

    A model of several inputs has an example of several tensors. Tensors of integers, such as
    images of bytes and the indices of an embedding, become inputs of integers.
    """
    examples = (example,) if isinstance(example, Tensor) else tuple(example)
    inputs = [_input(one) for one in examples]
    captured = capture(model, examples)
    with floats(torch.float64, examples):  # constants are computed by the graph's own operators
        module = build(inputs, lambda *xs: _operators(captured.program, xs))
    captured.require_any_batch()
    return module


def _input(example: Tensor) -> Attribute:
    shape = (1, *example.shape[1:])
    if len(shape) < 2:
        raise CaptureError(
            f"an example input has shape {tuple(example.shape)}; wanted a batch, (1, features)"
        )
    if example.dtype == torch.bool or example.is_complex():
        raise CaptureError(f"an example input is of {example.dtype}; wanted floats or integers")
    if example.is_floating_point():
        return real_tensor(shape)
    held = torch.iinfo(example.dtype)
    return tensor(shape, (signed if held.min < 0 else unsigned)(held.bits))


def _operators(program: ExportedProgram, inputs: Sequence[SSAValue]) -> Built:
    graph = program.graph_module.graph
    graph.eliminate_dead_code()
    builder, values = AtenBuilder(), _bound(program, inputs)
    results, refused = list[SSAValue](), dict[str, UnsupportedError]()
    for node in graph.nodes:
        if node.op == "call_function":
            builder.layer, builder.quantizer = layer_of(node), quantizer_of(node)
            _expect(builder, node.meta.get("val"))
            arguments = [_argument(a, values) for a in node.args]
            keywords = {name: _argument(a, values) for name, a in node.kwargs.items()}
            try:
                values[node.name] = convert(builder, node.target, arguments, keywords)
            except UnsupportedError as error:
                refused.setdefault(builder.layer, error)
                unknown = _unknown(node.meta.get("val"))
                if unknown is None:
                    break
                values[node.name] = unknown
        elif node.op == "output":
            if refused:
                break
            builder.require_upright(*(_argument(a, values) for a in node.args[0]))
            results = _results(program, node, values)
    if refused:  # one message for each layer
        raise first_of(list(refused.values()))
    return Built(_needed(builder.ops, results), results)


def _unknown(value: object) -> SSAValue | None:
    """A placeholder for the result of a refused operator, so that further faults are found."""
    if not isinstance(value, Tensor) or not value.ndim or not value.is_floating_point():
        return None
    return Block(arg_types=[real_tensor((1, *value.shape[1:]))]).args[0]


def _expect(builder: AtenBuilder, made: object) -> None:
    """Set the shape and kind that torch gave the current operator's result."""
    builder.result = tuple(made.shape) if isinstance(made, Tensor) else ()
    builder.floats = isinstance(made, Tensor) and made.is_floating_point()


def _needed(ops: Sequence[LayerOp], results: Sequence[SSAValue]) -> list[LayerOp]:
    """The operators without unused ones, such as the other part of a split."""
    read, found = set(results), list[LayerOp]()
    for op in reversed(ops):
        if any(result in read for result in op.results):
            read.update(op.operands)
            found.append(op)
    return found[::-1]


def _bound(program: ExportedProgram, inputs: Sequence[SSAValue]) -> dict[str, Value]:
    """The values of the graph's placeholders."""
    found: dict[str, Value] = {}
    rest = iter(inputs)
    for spec in program.graph_signature.input_specs:
        name, path = spec.arg.name, spec.target
        if spec.kind is InputKind.USER_INPUT:
            found[name] = next(rest)
        elif path is not None:
            stored = program.state_dict.get(path)
            found[name] = program.constants[path] if stored is None else stored
    return found


def _argument(argument: Any, values: dict[str, Value]) -> Any:
    if isinstance(argument, list | tuple):
        return [_argument(item, values) for item in argument]
    return values[argument.name] if isinstance(argument, Node) else argument


def _results(program: ExportedProgram, node: Any, values: dict[str, Value]) -> list[SSAValue]:
    found = []
    for spec, argument in zip(program.graph_signature.output_specs, node.args[0], strict=True):
        value = _argument(argument, values)
        if spec.kind is not OutputKind.USER_OUTPUT or argument is None:
            continue
        if not isinstance(value, SSAValue):
            raise CaptureError(
                "the model returns a constant; wanted tensors that are computed from its input"
            )
        found.append(value)
    return found


def layer_of(node: Node) -> str:
    """The path of the user's module that `node` belongs to, such as "fc1"."""
    theirs = [path for path, ours in _stack(node) if not ours]
    return theirs[-1] if theirs and theirs[-1] else node.name


def quantizer_of(node: Node) -> str:
    """The path of the quantizer that `node` belongs to, such as "relu1.act_quant", or ""."""
    return next((path for path, ours in _stack(node) if ours), "")


def _stack(node: Node) -> Iterator[tuple[str, bool]]:
    """The modules around `node` from the outermost, with True for replaced quantizers.

    Modules inside of a quantizer are left out.
    """
    for path, kind in (node.meta.get("nn_module_stack") or {}).values():
        name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
        yield path.partition("@")[0], name.startswith(OURS)
        if name.startswith(OURS):
            return
