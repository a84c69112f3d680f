"""A live Brevitas module to a module of the float dialect."""

import logging
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.fx import Node
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import CaptureError
from tercet.frontends.aten.builder import Builder, Value
from tercet.frontends.aten.registry import convert
from tercet.frontends.brevitas import quantized
from tercet.frontends.brevitas.capture import capture
from tercet.ir.module import build
from tercet.ir.op import LayerOp
from tercet.ir.real import real_tensor

OURS = quantized.__name__


def load(model: nn.Module, example: Tensor) -> ModuleOp:
    """Capture `model` as it runs on `example` (batch first; one row is enough)."""
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    program = capture(model, example)
    shape = (1, *example.shape[1:])
    return build([real_tensor(shape)], lambda x: _operators(program, x))


def _operators(program: ExportedProgram, x: SSAValue) -> list[LayerOp]:
    graph = program.graph_module.graph
    graph.eliminate_dead_code()
    builder, values = Builder(), _parameters(program)
    for node in graph.nodes:
        if node.op == "placeholder" and node.name not in values:
            values[node.name] = x
        elif node.op == "call_function":
            builder.layer, builder.quantizer = layer_of(node), quantizer_of(node)
            arguments = [_argument(a, values) for a in node.args]
            keywords = {name: _argument(a, values) for name, a in node.kwargs.items()}
            values[node.name] = convert(builder, node.target, arguments, keywords)
        elif node.op == "output":
            _require_last(node, values, builder)
    return builder.ops


def _parameters(program: ExportedProgram) -> dict[str, Value]:
    signature = program.graph_signature
    found: dict[str, Value] = {}
    for name, path in signature.inputs_to_parameters.items():
        found[name] = program.state_dict[path]
    for name, path in signature.inputs_to_buffers.items():
        stored = program.state_dict.get(path)
        found[name] = program.constants[path] if stored is None else stored
    for name, path in signature.inputs_to_lifted_tensor_constants.items():
        found[name] = program.constants[path]
    return found


def _argument(argument: Any, values: dict[str, Value]) -> Any:
    return values[argument.name] if isinstance(argument, Node) else argument


def _require_last(node: Node, values: dict[str, Value], builder: Builder) -> None:
    (results,) = node.args
    last = builder.ops[-1].results[0] if builder.ops else None
    found = [_argument(result, values) for result in results]  # type: ignore[union-attr]
    if len(found) != 1 or found[0] is not last:
        raise CaptureError("the model must return one tensor, the result of its last layer")


def layer_of(node: Node) -> str:
    """The path of the user's module that `node` belongs to, such as "fc1"."""
    theirs = [path for path, ours in _stack(node) if not ours]
    return theirs[-1] if theirs and theirs[-1] else node.name


def quantizer_of(node: Node) -> str:
    """The path of the quantizer that `node` belongs to, such as "relu1.act_quant", or ""."""
    return next((path for path, ours in _stack(node) if ours), "")


def _stack(node: Node) -> Iterator[tuple[str, bool]]:
    """The modules around `node` from the outermost, with True for what stands for a quantizer.

    What lies inside a quantizer is left out.
    """
    for path, kind in (node.meta.get("nn_module_stack") or {}).values():
        name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
        yield path, name.startswith(OURS)
        if name.startswith(OURS):
            return
