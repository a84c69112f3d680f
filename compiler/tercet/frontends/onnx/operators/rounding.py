"""Quantizers written as arithmetic: rounding, signs, casts to integers, comparisons.

Integer networks (PULP's: Mul, Add, Div, Floor, Clip) and binary networks contain them.
"""

import numpy as np
from onnx import TensorProto
from onnx.helper import tensor_dtype_to_np_dtype
from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals, tensor
from tercet.frontends.onnx.file.tensors import integer_type
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.arithmetic import affine
from tercet.frontends.onnx.quantizing import dequantized, quantized
from tercet.frontends.onnx.reach import WIDEST, whole_reach
from tercet.frontends.onnx.registry import converts
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ir.types import tensor_type
from tercet.ops.real.dequantize import Dequantize

ONE = np.ones(())
MODES = {"Ceil": "ceil", "Floor": "floor", "Round": "half_even"}
TRUTH = Interval(0, 1)


@converts(*MODES, note="with or without a `Clip` behind it")
def rounded(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """Rounding to integers, whose range a Clip behind it narrows."""
    source = real(node, x)
    return whole(builder, node, source, MODES[node.kind], whole_reach(source))


@converts("Sign")
def sign(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """The sign: rounding away from zero, clipped to -1 and 1."""
    return whole(builder, node, real(node, x), "away", Interval(-1, 1))


@converts("Greater", "GreaterOrEqual", "Less", "LessOrEqual", note="comparisons with a constant")
def compared(builder: OnnxBuilder, node: Node, a: Value, b: Value) -> Value:
    """A comparison with a constant: 1 where it holds, else 0.

    d >= 0 where floor(d) + 1 is 1 or more, and d > 0 where ceil(d) is.
    """
    if isinstance(a, SSAValue) and isinstance(b, SSAValue):
        raise node.unsupported("compares the results of two layers", wanted="one and a constant")
    rises = node.kind.startswith("Greater") == isinstance(a, SSAValue)
    x, constant = (a, b) if isinstance(a, SSAValue) else (b, a)
    slope, shift = (ONE, -ONE) if rises else (-ONE, ONE)
    difference = affine(builder, node, x, slope, shift * reals(node, constant, "constant"))
    equal = node.kind.endswith("OrEqual")
    return quantized(
        builder,
        node,
        difference,
        ONE,
        int(equal),
        TRUTH,
        narrowest(TRUTH),
        "floor" if equal else "ceil",
        zero_after=True,
    )


@converts("Not")
def inverted(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """Not: 1 - q, as a quantizer of the truth values' reals."""
    reals_ = dequantized(builder, node, tensor(node, x), ONE, 0)
    other = affine(builder, node, reals_, -ONE, ONE)
    return quantized(builder, node, other, ONE, 0, TRUTH, narrowest(TRUTH))


@converts("Where", note="`Where` between constants")
def chosen(builder: OnnxBuilder, node: Node, condition: Value, a: Value, b: Value) -> Value:
    """Where with two constants: a line of the condition's truth value."""
    source = tensor(node, condition)
    if isinstance(a, SSAValue) or isinstance(b, SSAValue):
        raise node.unsupported(
            "chooses between results of layers",
            wanted="constants",
            way_out="Relu, LeakyRelu, PRelu, Clip and Max choose without a condition",
        )
    then, other = reals(node, a, "constant"), reals(node, b, "constant")
    truth = dequantized(builder, node, source, ONE, 0)
    return affine(builder, node, truth, then - other, other)


@converts("Cast", note="`Cast` to float or double, or to integers that hold what comes")
def cast(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    """A cast: floats are all reals here, integers become equal reals, reals become integers."""
    kind, source = node.integer("to"), tensor(node, x)
    if kind in (TensorProto.FLOAT, TensorProto.DOUBLE):
        return source if is_real(source) else dequantized(builder, node, source, ONE, 0)
    dtype = tensor_dtype_to_np_dtype(kind) if kind in TensorProto.DataType.values() else None
    element = None if dtype is None else integer_type(dtype)
    if element is None:
        raise node.unsupported(
            f"casts to {'type ' + str(kind) if dtype is None else dtype.name}",
            wanted="float, double or integers",
            way_out="export the model in float32",
        )
    held = Interval.of(element) if element.width.data <= 32 else WIDEST
    if not is_real(source):
        given = tensor_type(source).element_type
        # indices are declared with 64 bits, but 32 bits hold them
        index = given.width.data == 2 * element.width.data == 64
        if index or element.width.data == 64 or held.holds(Interval.of(given)):
            return source
        raise node.unsupported(
            f"casts integers to {dtype}, which may not hold them",
            way_out=f"Clip them to {held} before it",
        )
    span = whole_reach(source)
    if not held.holds(span) or span == WIDEST:
        raise node.unsupported(
            f"casts numbers that may lie beyond {dtype}, where the result is not defined",
            way_out=f"Clip them to {held} before it",
        )
    return _integers(builder, node, source, span)


def _integers(builder: OnnxBuilder, node: Node, x: SSAValue, span: Interval) -> SSAValue:
    """The integers of a cast: those that `x` stands for, or `x` rounded toward zero."""
    before = x.owner
    if isinstance(before, Dequantize) and _plain(before):
        return before.q
    return quantized(builder, node, x, ONE, 0, span, narrowest(span), "to_zero")


def _plain(op: Dequantize) -> bool:
    scale = op.scale.get_values()
    return all(s == 1 for s in scale) and op.zero_point.value.data == 0


def whole(builder: OnnxBuilder, node: Node, x: SSAValue, mode: str, clip: Interval) -> SSAValue:
    """`x` rounded to integers, as a quantizer of step 1."""
    q = quantized(builder, node, x, ONE, 0, clip, narrowest(clip), mode)
    return dequantized(builder, node, q, ONE, 0)
