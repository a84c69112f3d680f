"""A file that was read to a module of the float dialect."""

from collections.abc import Iterable

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from tercet.errors import UnsupportedError, UsageError
from tercet.frontends.onnx.annotation import annotated
from tercet.frontends.onnx.builder import Builder, Value, is_real
from tercet.frontends.onnx.fold import folded
from tercet.frontends.onnx.limits import shown
from tercet.frontends.onnx.model import OnnxModel
from tercet.frontends.onnx.registry import convert
from tercet.ir.op import LayerOp, verified
from tercet.ops.real.dequantize import Dequantize

SEMANTICS = ("ideal", "ort")
ONE = np.ones(())


def load(model: OnnxModel, semantics: str = "ideal") -> ModuleOp:
    """The network of `model` in the float dialect.

    `semantics` says what operator form (QLinearConv and so on) means: exact reals, or "ort",
    ONNXRuntime's float32 formula.
    """
    if semantics not in SEMANTICS:
        raise UsageError(f"no semantics {semantics!r}; wanted {' or '.join(SEMANTICS)}")
    block = Block(arg_types=[one.type() for one in model.inputs])
    builder = Builder(model.batch, semantics == "ort")
    values: dict[str, Value] = {}
    for one, argument in zip(model.inputs, block.args, strict=True):
        argument.name_hint = one.name if SSAValue.is_valid_name(one.name) else None
        values[one.name] = annotated(builder, one, argument)
    for node in model.nodes:
        operands = [_value(model, builder, values, node.name, name) for name in node.inputs]
        constants = folded(node, operands, builder.budget)
        made = convert(builder, node, operands) if constants is None else constants
        values.update(zip(node.outputs, made, strict=False))
    results = [_output(model, builder, values, name) for name in model.outputs]
    block.add_ops([*_needed(builder.ops, results), ReturnOp(*results)])
    kinds = [one.type for one in block.args], [one.type for one in results]
    return verified(ModuleOp([FuncOp("main", kinds, Region(block))]))


def _value(
    model: OnnxModel, builder: Builder, values: dict[str, Value], where: str, name: str
) -> Value:
    if not name:
        return None
    if name not in values and name in model.constants:
        values[name] = model.constants[name].read(where, builder.budget)
    if name not in values:
        raise UnsupportedError(
            f"{where}: takes {shown(name)!r}, a further result of an operator of which Tercet "
            "knows the first alone; leave it out"
        )
    return values[name]


def _output(model: OnnxModel, builder: Builder, values: dict[str, Value], name: str) -> SSAValue:
    found = _value(model, builder, values, str(model.path), name)
    if not isinstance(found, SSAValue):
        raise UnsupportedError(
            f"{model.path}: its output {shown(name)!r} is a constant; wanted a layer's result"
        )
    if is_real(found):
        return found
    builder.ops.append(Dequantize(found, ONE, layer=shown(name)))
    return builder.ops[-1].results[0]


def _needed(ops: Iterable[LayerOp], results: Iterable[SSAValue]) -> list[LayerOp]:
    """`ops` without those that no result needs, such as a quantizer that was made narrower."""
    needed, found = set(results), list[LayerOp]()
    for op in reversed(list(ops)):
        if any(result in needed for result in op.results):
            needed.update(op.operands)
            found.append(op)
    return found[::-1]
