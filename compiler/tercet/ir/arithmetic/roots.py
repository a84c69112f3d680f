"""Square roots of integers, rounded down to the last bit: in numpy and in ONNX.

Both start from the root in float64 and correct it in integers, so it need not be exact.
"""

import numpy as np

from tercet.ir.exchange import OnnxGraph
from tercet.ir.types import IntArray

TOP = 62
"""A normalized number has this many bits, or one less."""
FRACTION = 15
"""Bits of a root behind the point."""
HALVINGS = (16, 8, 4, 2, 1)


def normalized(square: IntArray) -> tuple[IntArray, IntArray]:
    """The power of two p with 2^60 <= square * p^2 < 2^62, and square * p^2.

    `square` is 1 to 2^62 - 1. The root grows by p as well, so p times the dividend keeps the
    quotient.
    """
    factor = np.ones_like(square)
    for bits in HALVINGS:
        up = np.where(square < 1 << (TOP - 2 * bits), 1 << bits, 1)
        square, factor = square * up * up, factor * up
    return factor, square


def root(square: IntArray) -> IntArray:
    """2^15 * sqrt(square), rounded down, of a normalized square."""
    high = np.sqrt(square.astype(np.float64)).astype(np.int64)
    high = high - (high * high > square)
    high = high + ((high + 1) * (high + 1) <= square)
    rest = (square - high * high) << FRACTION
    # too great by at most one, because the square of `low` is not yet subtracted
    low = rest // (2 * high)
    rest = rest - low * 2 * high
    return (high << FRACTION) + low - ((rest << FRACTION) < low * low)


def onnx_normalized(graph: OnnxGraph, square: str) -> tuple[str, str]:
    """`normalized` as int64 ONNX nodes."""
    one = graph.constant(1)
    factor = one
    for bits in HALVINGS:
        small = graph.node("Less", square, graph.constant(1 << (TOP - 2 * bits)))
        up = graph.node("Where", small, graph.constant(1 << bits), one)
        square = graph.node("Mul", graph.node("Mul", square, up), up)
        factor = graph.node("Mul", factor, up)
    return factor, square


def onnx_root(graph: OnnxGraph, square: str) -> str:
    """`root` as int64 ONNX nodes."""
    one, unit = graph.constant(1), graph.constant(1 << FRACTION)

    def whole(truth: str) -> str:
        return graph.cast(truth, np.int64)

    high = graph.cast(graph.node("Sqrt", graph.cast(square, np.float64)), np.int64)
    over = graph.node("Greater", graph.node("Mul", high, high), square)
    high = graph.node("Sub", high, whole(over))
    above = graph.node("Add", high, one)
    under = graph.node("LessOrEqual", graph.node("Mul", above, above), square)
    high = graph.node("Add", high, whole(under))
    rest = graph.node("Mul", graph.node("Sub", square, graph.node("Mul", high, high)), unit)
    twice = graph.node("Add", high, high)
    low = graph.node("Div", rest, twice)
    rest = graph.node("Sub", rest, graph.node("Mul", low, twice))
    over = graph.node("Less", graph.node("Mul", rest, unit), graph.node("Mul", low, low))
    found = graph.node("Add", graph.node("Mul", high, unit), low)
    return graph.node("Sub", found, whole(over))
