"""Products of integers: by BLAS in numpy, byte by byte in ONNX."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.types import Array, Int, IntArray, storage

DType: TypeAlias = np.dtype[np.generic]
FLOAT32, FLOAT64 = 1 << 24, 1 << 53
"""Each type, with the magnitude up to which it holds every integer."""


def working_type(a: Array, b: Array, depth: int) -> DType:
    """The fastest type in which sums of `depth` products a * b of integers are exact.

    No partial sum can be rounded, in whatever order BLAS adds. For reals it is float64.
    """
    if np.issubdtype(a.dtype, np.floating) or np.issubdtype(b.dtype, np.floating):
        return np.dtype(np.float64)
    bound = _largest(a) * _largest(b) * depth
    exact = ((FLOAT32, np.float32), (FLOAT64, np.float64))
    return np.dtype(next((kind for limit, kind in exact if bound < limit), np.int64))


def matmul(a: Array, b: Array) -> Array:
    """The product of two matrices: exact for integers, in float64 for reals."""
    kind = working_type(a, b, a.shape[-1])
    product: Array = np.matmul(a.astype(kind), b.astype(kind))
    return product.astype(np.result_type(a, b))


def _largest(a: Array) -> int:
    return max(int(a.max(initial=0)), -int(a.min(initial=0)))


@dataclass(frozen=True)
class Byte:
    """One term of an integer: factor * (value - zero), where `value` is a UINT8 tensor."""

    value: str
    zero: int
    factor: int


def unsigned_bytes(graph: OnnxGraph, x: str, element: Int, zero_point: int) -> tuple[Byte, ...]:
    """The difference x - zero_point as a sum of unsigned bytes.

    ONNXRuntime multiplies unsigned bytes exactly on every machine. With a signed side, the sum of
    two products can saturate on a machine without VNNI.
    """
    kind = Interval.of(element)
    low, high = min(kind.low - zero_point, 0), max(kind.high - zero_point, 0)
    if storage(element) == np.uint8 and 0 <= zero_point <= 255:
        return (Byte(x, zero_point, 1),)
    rest = graph.node("Sub", graph.cast(x, np.int64), graph.constant(zero_point))
    found, factor = [], 1
    while high - low > 255:
        base = graph.constant(256)
        digit = graph.node("Mod", rest, base)
        found.append(Byte(graph.cast(digit, np.uint8), 0, factor))
        rest = graph.node("Div", graph.node("Sub", rest, digit), base)
        low, high, factor = low >> 8, high >> 8, factor << 8
    top = graph.node("Sub", rest, graph.constant(low))
    return (*found, Byte(graph.cast(top, np.uint8), -low, factor))


def weights(graph: OnnxGraph, values: IntArray) -> tuple[str, str]:
    """Byte weights and their zero point; signed ones if the sum of two products fits 16 bits."""
    if abs(values).max() <= 64:
        return graph.constant(values, np.int8), graph.constant(0, np.int8)
    return graph.constant(values + 128, np.uint8), graph.constant(128, np.uint8)


def total(graph: OnnxGraph, terms: list[tuple[int, str]], bias: IntArray | None = None) -> str:
    """The INT32 sum of factor * term and the bias; terms are INT32, their sum fits it too."""
    if len(terms) == 1 and terms[0][0] == 1:
        acc = terms[0][1]
        return acc if bias is None else graph.node("Add", acc, graph.constant(bias, np.int32))
    scaled = [
        graph.node("Mul", graph.cast(term, np.int64), graph.constant(factor))
        for factor, term in terms
    ]
    acc = scaled[0]
    for term in (*scaled[1:], *([] if bias is None else [graph.constant(bias)])):
        acc = graph.node("Add", acc, term)
    return graph.cast(acc, np.int32)
