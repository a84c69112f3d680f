"""The number of elements of a constant node's result, before it is computed."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TypeAlias

import numpy as np
from onnx import TensorProto

from tercet.frontends.onnx.file.limits import TENSOR
from tercet.frontends.onnx.file.tensors import Array
from tercet.frontends.onnx.node import Node

Size: TypeAlias = Callable[[Node, Sequence[Array]], int]
"""A function of a node that bounds the elements of its result."""
WORK = 1 << 33
"""The most multiplications of one matrix product of constants."""


def _broadcast(node: Node, x: Sequence[Array]) -> int:
    return prod(np.broadcast_shapes(*(array.shape for array in x)))


def _cast(node: Node, x: Sequence[Array]) -> int:
    if node.integer("to") in (TensorProto.STRING, TensorProto.UNDEFINED):
        raise node.unsupported("casts to text", wanted="numbers")
    return x[0].size


def _no_more(node: Node, x: Sequence[Array]) -> int:
    return sum(array.size for array in x) + x[0].ndim + 1


def _gather(node: Node, x: Sequence[Array]) -> int:
    data, indices = x
    axis = node.integer("axis", 0)
    if not -data.ndim <= axis < data.ndim:
        raise node.broken(f"axis {axis} of a tensor of {data.ndim} axes", wanted="one of them")
    return int(indices.size * (data.size // max(data.shape[axis], 1)))


def _matmul(node: Node, x: Sequence[Array]) -> int:
    a, b = x[:2]
    if prod(a.shape) * max(b.shape, default=1) > WORK:
        raise node.unsupported(
            "multiplies large constants", way_out="multiply them before the export"
        )
    return prod(a.shape[:-1]) * prod(b.shape[:-2]) * max(b.shape, default=1)


def _shape(node: Node, x: Sequence[Array]) -> int:
    """The elements of a result whose shape is an operand: the second one, or the only one."""
    return prod(abs(int(n)) for n in x[-1].reshape(-1))


def _expand(node: Node, x: Sequence[Array]) -> int:
    wanted = tuple(int(n) for n in x[1].reshape(-1))
    return prod(np.broadcast_shapes(x[0].shape, tuple(min(n, TENSOR + 1) for n in wanted)))


def _tile(node: Node, x: Sequence[Array]) -> int:
    return x[0].size * _shape(node, x)


def _range(node: Node, x: Sequence[Array]) -> int:
    start, limit, delta = (float(array.reshape(())) for array in x)
    return max(int((limit - start) / delta) + 1, 0)


def _first(node: Node, x: Sequence[Array]) -> int:
    return x[0].size


def _second(node: Node, x: Sequence[Array]) -> int:
    return x[1].size


def _nonzero(node: Node, x: Sequence[Array]) -> int:
    return x[0].size * max(x[0].ndim, 1)


def _one_hot(node: Node, x: Sequence[Array]) -> int:
    return x[0].size * abs(int(x[1].reshape(())))


def _pad(node: Node, x: Sequence[Array]) -> int:
    """A bound of a padded tensor's elements; the pads are an operand since version 11."""
    pads = node.integers("pads", ()) or () if len(x) == 1 else x[1].reshape(-1).tolist()
    return prod(n + sum(abs(int(p)) for p in pads) for n in x[0].shape)


EACH = (
    *("Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BitShift"),
    *("BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Ceil", "Celu", "Clip", "Cos", "Cosh"),
    *("Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater", "GreaterOrEqual"),
    *("HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log"),
    *("Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pow"),
    *("Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh"),
    *("Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu"),
    *("Where", "Xor"),
)
"""Elementwise operators, whose operands broadcast."""
NO_MORE = (
    *("ArgMax", "ArgMin", "Compress", "Concat", "Flatten", "Identity", "ReduceL1", "ReduceL2"),
    *("ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd"),
    *("ReduceSum", "ReduceSumSquare", "Reshape", "Shape", "Size", "Slice", "Split", "Squeeze"),
    *("TopK", "Transpose", "Unsqueeze"),
)
"""Operators whose result is no larger than their operands together."""
AS_FIRST = (
    *("BatchNormalization", "CastLike", "CumSum", "DepthToSpace", "EyeLike", "LayerNormalization"),
    *("LogSoftmax", "ScatterElements", "ScatterND", "Softmax", "SpaceToDepth", "Trilu"),
)
SIZES: Mapping[str, Size] = {
    **dict.fromkeys(EACH, _broadcast),
    **dict.fromkeys(NO_MORE, _no_more),
    **dict.fromkeys(AS_FIRST, _first),
    "Cast": _cast,
    "ConstantOfShape": _shape,
    "Expand": _expand,
    "Gather": _gather,
    "GatherElements": _second,
    "MatMul": _matmul,
    "NonZero": _nonzero,
    "OneHot": _one_hot,
    "Pad": _pad,
    "Range": _range,
    "Tile": _tile,
}
"""The bounds by operator; an operator without one is never folded."""
