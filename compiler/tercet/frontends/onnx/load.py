"""A module of the float dialect from a checked file."""

from collections.abc import Iterable, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.frontends.onnx.builder import OnnxBuilder, Value
from tercet.frontends.onnx.file.annotation import annotated
from tercet.frontends.onnx.file.fold import folded
from tercet.frontends.onnx.file.limits import shown
from tercet.frontends.onnx.file.model import OnnxModel
from tercet.frontends.onnx.file.types import require_types
from tercet.frontends.onnx.registry import convert
from tercet.frontends.onnx.stateful import require_stateless
from tercet.frontends.reading import known_semantics
from tercet.ir.module import Built, build
from tercet.ir.op import LayerOp
from tercet.ir.types import shape_of


def load(model: OnnxModel, semantics: str = "ideal") -> ModuleOp:
    """The network of `model` in the float dialect.

    `semantics` is the meaning of operator form (QLinearConv and so on): "ideal", exact reals, or
    "ort", ONNXRuntime's float32 formula.
    """
    known_semantics(semantics)
    names = [_name(model, i) for i in range(len(model.inputs))]
    inputs = [one.type() for one in model.inputs]
    return build(inputs, lambda *x: _body(model, semantics, x), names)


def shapes_of(model: OnnxModel) -> dict[str, tuple[int, ...]]:
    """The shape of every layer's result by its name in the file, with the file's own batch."""
    found: dict[str, tuple[int, ...]] = {}

    def body(*arguments: SSAValue) -> Built:
        builder = OnnxBuilder(model.batch, model.open)
        values = _values(model, builder, arguments)
        layers = {name: v for name, v in values.items() if isinstance(v, SSAValue)}
        found.update((name, (model.batch, *shape_of(v)[1:])) for name, v in layers.items())
        return Built(builder.ops, [layers[name] for name in model.outputs])

    build([one.type() for one in model.inputs], body)
    return found


def _name(model: OnnxModel, i: int) -> str:
    """The name of an input in the IR: the file's if it is valid there."""
    wish = model.inputs[i].name
    alone = "x" if len(model.inputs) == 1 else f"x{i}"
    return wish if SSAValue.is_valid_name(wish) else alone


def _body(model: OnnxModel, semantics: str, arguments: Sequence[SSAValue]) -> Built:
    builder = OnnxBuilder(model.batch, model.open, semantics == "ort")
    values = _values(model, builder, arguments)
    results = [_output(model, builder, values, name) for name in model.outputs]
    return Built(_needed(builder.ops, results), results)


def _values(
    model: OnnxModel, builder: OnnxBuilder, arguments: Sequence[SSAValue]
) -> dict[str, Value]:
    """Every value of the file by its name."""
    values: dict[str, Value] = {}
    for one, argument in zip(model.inputs, arguments, strict=True):
        values[one.name] = annotated(builder, one, argument)
    for node in model.nodes:
        require_stateless(node)
    with np.errstate(all="ignore"):  # NaN and infinity are found and refused
        for node in model.nodes:
            operands = [_value(model, builder, values, node.name, name) for name in node.inputs]
            require_types(node, operands)
            constants = folded(node, operands, builder.budget)
            made = convert(builder, node, operands) if constants is None else constants
            values.update(zip(node.outputs, made, strict=False))
    return values


def _value(
    model: OnnxModel, builder: OnnxBuilder, values: dict[str, Value], where: str, name: str
) -> Value:
    if not name:
        return None
    if name not in values and name in model.constants:
        values[name] = model.constants[name].read(where, builder.budget)
    if name not in values:
        raise UnsupportedError(
            f"takes {shown(name)!r}, a further result of an operator of which Tercet "
            "knows the first alone",
            layer=where,
            way_out="leave it out",
        )
    return values[name]


def _output(
    model: OnnxModel, builder: OnnxBuilder, values: dict[str, Value], name: str
) -> SSAValue:
    found = _value(model, builder, values, str(model.path), name)
    if not isinstance(found, SSAValue):
        raise UnsupportedError(
            f"{model.path}: its output {shown(name)!r} is a constant; wanted a layer's result"
        )
    return found


def _needed(ops: Iterable[LayerOp], results: Iterable[SSAValue]) -> list[LayerOp]:
    """`ops` without those that no result needs, such as a quantizer that was replaced."""
    needed, found = set(results), list[LayerOp]()
    for op in reversed(list(ops)):
        if any(result in needed for result in op.results):
            needed.update(op.operands)
            found.append(op)
    return found[::-1]
