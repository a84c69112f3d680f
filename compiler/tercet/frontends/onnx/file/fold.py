"""Constants folded by ONNX' own reference, after a check of the result's size."""

from collections.abc import Sequence

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
from tercet.frontends.onnx.file.limits import Budget, shown
from tercet.frontends.onnx.file.sizes import SIZES, Size
from tercet.frontends.onnx.file.tensors import Array
from tercet.frontends.onnx.node import Node
from tercet.ir.types import FloatArray

COPIES = 4
"""The copies of a result during its computation: float64, operands, the result."""


def folded(node: Node, operands: Sequence[Value], budget: Budget) -> list[Value] | None:
    """The results of a node whose operands are all constant; None if it must be converted."""
    size = SIZES.get(node.kind) if node.domain is Domain.STANDARD else None
    given = [value for value in operands if value is not None]
    if size is None or not given or any(isinstance(value, SSAValue) for value in given):
        return None
    kept = _quantized(node, operands, budget)
    if kept is not None:
        return list[Value](kept)
    # a quantized constant becomes its reals, in the file's own precision
    return list[Value](_computed(node, [_plain(value) for value in operands], size, budget))


def _computed(node: Node, operands: Sequence[Value], size: Size, budget: Budget) -> list[Array]:
    try:
        count = size(node, [value for value in operands if isinstance(value, np.ndarray)])
        budget.spend(node.name, count, COPIES)
        with np.errstate(all="ignore"):
            return [np.asarray(result) for result in _run(node, operands)]
    except CaptureError:
        raise
    except Exception as error:  # numpy's message about operands that do not fit each other
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(
            f"{node.kind} of constants fails: {shown(said)}", layer=node.name
        ) from error


def _plain(value: Value) -> Value:
    if isinstance(value, Integers):
        return np.asarray(value.values * value.scale, np.float32)
    return value


def _quantized(node: Node, operands: Sequence[Value], budget: Budget) -> list[Integers] | None:
    """The results as quantized constants, if that is exact; else None."""
    whole = [value for value in operands if isinstance(value, Integers)]
    if not whole:
        return None
    data = operands if node.kind == "Concat" else operands[:1]
    if node.kind in MOVES and all(isinstance(value, Integers) for value in data):
        return _moved(node, whole, operands[len(whole) :], budget)
    if node.kind in ("Mul", "Div"):
        return _scaled(node, operands)
    if node.kind == "Neg":
        return [Integers(-whole[0].values, whole[0].scale)]
    exact = node.kind == "Cast" and node.integer("to") in (TensorProto.FLOAT, TensorProto.DOUBLE)
    return whole if exact else None


def _moved(
    node: Node, data: Sequence[Integers], others: Sequence[Value], budget: Budget
) -> list[Integers]:
    """Quantized constants behind a data movement, which moves their scales as well."""
    size = SIZES[node.kind]
    values = _computed(node, [*(part.values for part in data), *others], size, budget)
    if len({float(s) for part in data for s in part.scale.reshape(-1)}) == 1:
        return [Integers(found, data[0].scale.reshape(-1)[0].reshape(())) for found in values]
    spread = [np.broadcast_to(part.scale, part.values.shape).copy() for part in data]
    scales = _computed(node, [*spread, *others], size, budget)
    pairs = zip(values, scales, strict=True)
    return [Integers(found, _narrowed(scale)) for found, scale in pairs]


def _narrowed(scale: FloatArray) -> FloatArray:
    """The scale with extent 1 along every axis on which it does not change."""
    for axis in range(scale.ndim):
        first = scale.take([0], axis)
        scale = first if bool((scale == first).all()) else scale
    return scale.reshape(()) if scale.size == 1 else scale


def _scaled(node: Node, operands: Sequence[Value]) -> list[Integers] | None:
    """A quantized constant times or over a constant without zeros: new scale, new signs."""
    a, b = operands
    if not isinstance(a, Integers) and node.kind == "Mul":
        a, b = b, a
    if not isinstance(a, Integers) or not isinstance(b, np.ndarray):
        return None
    factor = b.astype(np.float64)
    fits = np.broadcast_shapes(a.values.shape, factor.shape) == a.values.shape
    if not fits or not np.isfinite(factor).all() or not factor.all():
        return None
    signs, size = np.sign(factor).astype(np.int64), np.abs(factor)
    scale = a.scale * size if node.kind == "Mul" else a.scale / size
    return [Integers(np.asarray(a.values * signs), np.asarray(scale))]


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


MOVES = frozenset(
    (
        *("Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice"),
        *("SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"),
    )
)
"""Operators that keep a quantized constant quantized."""
