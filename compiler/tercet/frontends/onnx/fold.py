"""Nodes of constants alone, computed by ONNX' own reference once their size is known to be sane."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TypeAlias

import numpy as np
from onnx import TensorProto, ValueInfoProto
from onnx.helper import (
    make_graph,
    make_model,
    make_node,
    make_opsetid,
    make_tensor_value_info,
    np_dtype_to_tensor_dtype,
)
from onnx.reference import ReferenceEvaluator
from xdsl.ir import SSAValue

from tercet.errors import CaptureError
from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import Value
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.limits import TENSOR, Budget, shown
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.tensors import Array

Size: TypeAlias = Callable[[Node, Sequence[Array]], int]
"""No fewer elements than the result has."""
COPIES = 4
"""Of a result while it is computed: float64, operands, the result."""
WORK = 1 << 33
"""Products that one matrix product of constants may take."""


def folded(node: Node, operands: Sequence[Value], budget: Budget) -> list[Value] | None:
    """The results of a node of constants alone; None where it has to be converted."""
    size = SIZES.get(node.kind) if node.domain is Domain.STANDARD else None
    given = [value for value in operands if value is not None]
    if size is None or not given or any(isinstance(value, SSAValue) for value in given):
        return None
    first, *others = operands
    if isinstance(first, Integers) and node.kind in MOVES:
        return [_moved(node, first, others, budget)]
    if node.kind in ("Mul", "Div") and any(isinstance(value, Integers) for value in given):
        scaled = _scaled(node, operands)
        if scaled is not None:
            return [scaled]
    # what is left of a quantized constant are the reals it stands for, as the file has them
    operands = [_plain(value) for value in operands]
    arrays = [value for value in operands if isinstance(value, np.ndarray)]
    try:
        count = size(node, arrays)
        budget.spend(node.name, count, COPIES)
        with np.errstate(all="ignore"):
            return [np.asarray(result) for result in _run(node, operands)]
    except CaptureError:
        raise
    except Exception as error:  # of operands that do not fit each other: numpy's own words
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(f"{node.name}: {node.kind} of constants fails: {shown(said)}") from error


def _plain(value: Value) -> Value:
    if isinstance(value, Integers):
        return np.asarray(value.values * value.scale, np.float32)
    return value


def _moved(node: Node, value: Integers, others: Sequence[Value], budget: Budget) -> Integers:
    """A quantized constant after a node that only moves elements."""
    budget.spend(node.name, value.values.size, COPIES)
    (values,) = _run(node, [value.values, *others])
    if value.scale.size == 1:
        return Integers(values, value.scale)
    (scale,) = _run(node, [np.broadcast_to(value.scale, value.values.shape).copy(), *others])
    for axis in range(scale.ndim):
        first = scale.take([0], axis)
        scale = first if bool((scale == first).all()) else scale
    return Integers(values, scale.reshape(()) if scale.size == 1 else scale)


def _scaled(node: Node, operands: Sequence[Value]) -> Integers | None:
    """A quantized constant times or over another one that is above zero: another scale."""
    a, b = operands
    if not isinstance(a, Integers) and node.kind == "Mul":
        a, b = b, a
    if not isinstance(a, Integers) or not isinstance(b, np.ndarray):
        return None
    factor = b.astype(np.float64)
    fits = np.broadcast_shapes(a.values.shape, factor.shape) == a.values.shape
    if not fits or not np.isfinite(factor).all() or not (factor > 0).all():
        return None
    return Integers(a.values, a.scale * factor if node.kind == "Mul" else a.scale / factor)


def _run(node: Node, operands: Sequence[Value]) -> list[Array]:
    names = [f"x{i}" if value is not None else "" for i, value in enumerate(operands)]
    feeds = {n: value for n, value in zip(names, operands, strict=True) if value is not None}
    outputs = [f"y{i}" for i in range(len(node.outputs))]
    proto = make_node(node.kind, names, outputs)
    proto.attribute.extend(node.attributes.values())
    inputs = [
        make_tensor_value_info(name, np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in feeds.items()
        if isinstance(value, np.ndarray)
    ]
    results = [ValueInfoProto(name=name) for name in outputs]
    graph = make_graph([proto], node.kind, inputs, results)
    model = make_model(graph, opset_imports=[make_opsetid("", node.version)])
    found: list[Array] = ReferenceEvaluator(model).run(None, feeds)  # type: ignore[assignment]
    return found


def _broadcast(node: Node, x: Sequence[Array]) -> int:
    return prod(np.broadcast_shapes(*(array.shape for array in x)))


def _cast(node: Node, x: Sequence[Array]) -> int:
    if node.integer("to") in (TensorProto.STRING, TensorProto.UNDEFINED):
        raise node.unsupported("casts to text", "wanted numbers")
    return x[0].size


def _no_more(node: Node, x: Sequence[Array]) -> int:
    return sum(array.size for array in x) + x[0].ndim + 1


def _gather(node: Node, x: Sequence[Array]) -> int:
    data, indices = x
    axis = node.integer("axis", 0)
    if not -data.ndim <= axis < data.ndim:
        raise node.broken(f"axis {axis} of a tensor of {data.ndim} axes", "wanted one of them")
    return int(indices.size * (data.size // max(data.shape[axis], 1)))


def _matmul(node: Node, x: Sequence[Array]) -> int:
    a, b = x[:2]
    if prod(a.shape) * max(b.shape, default=1) > WORK:
        raise node.unsupported("multiplies large constants", "multiply them before the export")
    return prod(a.shape[:-1]) * prod(b.shape[:-2]) * max(b.shape, default=1)


def _shape(node: Node, x: Sequence[Array]) -> int:
    """Of an operand that says the result's shape, the first where there is no other."""
    return prod(abs(int(n)) for n in x[-1].reshape(-1))


def _expand(node: Node, x: Sequence[Array]) -> int:
    wanted = tuple(int(n) for n in x[1].reshape(-1))
    return prod(np.broadcast_shapes(x[0].shape, tuple(min(n, TENSOR + 1) for n in wanted)))


def _tile(node: Node, x: Sequence[Array]) -> int:
    return x[0].size * _shape(node, x)


def _range(node: Node, x: Sequence[Array]) -> int:
    start, limit, delta = (float(array.reshape(())) for array in x)
    return max(int((limit - start) / delta) + 1, 0)


SIZES: Mapping[str, Size] = {
    **dict.fromkeys(
        (
            *("Abs", "Add", "And", "Ceil", "Clip", "Cos", "Div", "Equal", "Erf", "Exp", "Floor"),
            *("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Log", "Max", "Min", "Mod"),
            *("Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign"),
            *("Sin", "Sqrt", "Sub", "Tanh", "Where", "Xor"),
        ),
        _broadcast,
    ),
    **dict.fromkeys(
        (
            *("Concat", "Flatten", "Identity", "ReduceMax", "ReduceMean", "ReduceMin"),
            *("ReduceProd", "ReduceSum", "Reshape", "Shape", "Size", "Slice", "Split", "Squeeze"),
            *("Transpose", "Unsqueeze"),
        ),
        _no_more,
    ),
    "Cast": _cast,
    "ConstantOfShape": _shape,
    "Expand": _expand,
    "Gather": _gather,
    "MatMul": _matmul,
    "Range": _range,
    "Tile": _tile,
}
MOVES = frozenset(
    ("Flatten", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze", "Gather")
)
"""Those of which a quantized constant stays one."""
