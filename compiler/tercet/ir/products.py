"""Products of integers: by BLAS in numpy, byte by byte in ONNX."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.types import Array, FloatArray, Int, IntArray, storage

EXACT = 1 << 53
"""float64 holds every integer up to here."""


def matmul(a: Array, b: Array) -> Array:
    """The product of matrices: of integers exact, by float64 where no partial sum can be rounded.

    Reals are multiplied in float64.
    """
    if np.issubdtype(a.dtype, np.floating) or np.issubdtype(b.dtype, np.floating):
        return np.asarray(np.matmul(a.astype(np.float64), b.astype(np.float64)))
    if _largest(a) * _largest(b) * a.shape[-1] < EXACT:
        exact: FloatArray = np.matmul(a.astype(np.float64), b.astype(np.float64))
        return exact.astype(np.int64)
    product: IntArray = np.matmul(a, b)
    return product


def _largest(a: IntArray) -> int:
    return max(int(a.max(initial=0)), -int(a.min(initial=0)))


@dataclass(frozen=True)
class Byte:
    """One term of an integer: factor * (value - zero), where `value` is a UINT8 tensor."""

    value: str
    zero: int
    factor: int


def unsigned_bytes(graph: OnnxGraph, x: str, element: Int, zero_point: int) -> tuple[Byte, ...]:
    """What x - zero_point is as a sum of bytes, none of which has a sign.

    ONNXRuntime multiplies unsigned bytes exactly on every machine; where one side has a sign, on
    one without VNNI the sum of two products can saturate.
    """
    kind = Interval.of(element)
    low, high = min(kind.low - zero_point, 0), max(kind.high - zero_point, 0)
    if storage(element) == np.uint8 and 0 <= zero_point <= 255:
        return (Byte(x, zero_point, 1),)
    rest = graph.node("Sub", graph.cast(x, np.int64), graph.constant(zero_point))
    found, factor, base = [], 1, graph.constant(256)
    while high - low > 255:
        digit = graph.node("Mod", rest, base)
        found.append(Byte(graph.cast(digit, np.uint8), 0, factor))
        rest = graph.node("Div", graph.node("Sub", rest, digit), base)
        low, high, factor = low >> 8, high >> 8, factor << 8
    top = graph.node("Sub", rest, graph.constant(low))
    return (*found, Byte(graph.cast(top, np.uint8), -low, factor))


def weights(graph: OnnxGraph, values: IntArray) -> tuple[str, str]:
    """si8 weights and their zero point: with a sign as long as two products fit 16 bits."""
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
