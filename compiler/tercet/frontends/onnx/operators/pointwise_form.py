"""Operator form of layers without weights: exact reals, one quantizer at the end."""

from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, scales
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operand import activation, target
from tercet.frontends.onnx.operators.activations import leaky_relu, plain
from tercet.frontends.onnx.operators.arithmetic import add, mul
from tercet.frontends.onnx.operators.channels_last import converted
from tercet.frontends.onnx.operators.movement import concat
from tercet.frontends.onnx.operators.pooling import average_pool, global_average_pool
from tercet.frontends.onnx.operators.qdq import integers
from tercet.frontends.onnx.operators.rounding import chosen
from tercet.frontends.onnx.operators.softmax import softmax
from tercet.frontends.onnx.registry import Converter, converts

MICROSOFT = Domain.MICROSOFT
BINARY: dict[str, Converter] = {"QLinearAdd": add, "QLinearMul": mul}
UNARY: dict[str, Converter] = {
    "QLinearAveragePool": average_pool,
    "QLinearGlobalAveragePool": global_average_pool,
    "QLinearLeakyRelu": leaky_relu,
    "QLinearSigmoid": plain,
    "QLinearSoftmax": softmax,
}


@converts(
    *BINARY,
    domain=MICROSOFT,
    note=(
        "exact reals between the integers: with `--semantics ideal` alone; channels first or last"
    ),
)
def binary(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    """Operands: a, its scale and zero point, the same of b, then scale and zero point of y."""
    _require_ideal(builder, node)
    a, b, to = operands[:3], operands[3:6], operands[6:]
    sides = (_real(builder, node, *side) for side in (a, b))
    y = BINARY[node.kind](builder, node, *sides)
    assert isinstance(y, SSAValue)
    return target(node, *_pair(to)).quantize(builder, node, y)


@converts(*UNARY, domain=MICROSOFT)
def unary(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    _require_ideal(builder, node)
    x = _real(builder, node, *operands[:3])
    converter = UNARY[node.kind]
    last = node.integer("channels_last", 0)
    y = converted(builder, node, converter, x) if last else converter(builder, node, x)
    assert isinstance(y, SSAValue)
    return target(node, *_pair(operands[3:])).quantize(builder, node, y)


@converts("QLinearWhere", domain=MICROSOFT)
def qlinear_where(builder: OnnxBuilder, node: Node, condition: Value, *operands: Value) -> Value:
    """Operands: condition; a, its scale and zero point, the same of b; scale and zero of y."""
    _require_ideal(builder, node)
    a, b = (_real(builder, node, *operands[i : i + 3]) for i in (0, 3))
    y = chosen(builder, node, condition, a, b)
    assert isinstance(y, SSAValue)
    return target(node, *_pair(operands[6:])).quantize(builder, node, y)


@converts("QLinearConcat", domain=MICROSOFT)
def qlinear_concat(builder: OnnxBuilder, node: Node, *operands: Value) -> Value:
    """Operands: scale and zero point of y, then each part with its own."""
    _require_ideal(builder, node)
    scale, zero, *rest = operands
    parts = [_real(builder, node, *rest[i : i + 3]) for i in range(0, len(rest), 3)]
    y = concat(builder, node, *parts)
    assert isinstance(y, SSAValue)
    return target(node, scale, zero).quantize(builder, node, y)


def _require_ideal(builder: OnnxBuilder, node: Node) -> None:
    if builder.ort:
        raise node.unsupported(
            f"ONNXRuntime's float32 arithmetic of {node.kind} depends on the machine",
            wanted="--semantics ideal",
        )


def _real(
    builder: OnnxBuilder, node: Node, q: Value, scale: Value, zero: Value = None
) -> SSAValue | Integers:
    if isinstance(q, SSAValue):
        return activation(node, q, scale, zero).real(builder, node)
    return integers(node, q, scales(node, scale), zero)


def _pair(rest: tuple[Value, ...]) -> tuple[Value, Value]:
    scale, zero = (*rest, None)[:2]
    return scale, zero
