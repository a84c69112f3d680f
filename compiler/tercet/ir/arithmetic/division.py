"""Division of integers: to the nearest, and with more digits than a word holds. numpy and ONNX."""

import numpy as np

from tercet.ir.exchange import OnnxGraph
from tercet.ir.types import IntArray

DIGIT = 16
"""Bits of a digit of `quotient`."""


def nearest(top: IntArray, bottom: IntArray) -> IntArray:
    """The nearest integer to top / bottom, half to even; bottom is 1 to 2^62."""
    down = top // bottom
    twice = 2 * (top - down * bottom)
    up = (twice > bottom) | ((twice == bottom) & (down % 2 == 1))
    found: IntArray = down + up
    return found


def onnx_nearest(graph: OnnxGraph, top: str, bottom: str) -> str:
    """`nearest` as int64 ONNX nodes; the name of the result."""
    rest = graph.node("Mod", top, bottom)
    down = graph.node("Div", graph.node("Sub", top, rest), bottom)
    twice = graph.node("Add", rest, rest)
    odd = graph.node("Equal", graph.node("Mod", down, graph.constant(2)), graph.constant(1))
    tie = graph.node("And", graph.node("Equal", twice, bottom), odd)
    up = graph.node("Or", graph.node("Greater", twice, bottom), tie)
    return graph.node("Add", down, graph.cast(up, np.int64))


def quotient(factor: IntArray, value: IntArray, bottom: IntArray) -> IntArray:
    """The quotient factor * value * 2^16 / bottom, rounded toward zero.

    Long division, digit by digit of the factor: |value| * (|factor| >> 16) must be below 2^62,
    |value| below 2^46, bottom 1 to 2^46, and the result below 2^62.
    """
    size, base = abs(value), 1 << DIGIT
    high, low = divmod(abs(factor), base)
    found, rest = divmod(high * size, bottom)
    digit, rest = divmod(rest * base + low * size, bottom)
    found = found * base + digit
    found = found * base + rest * base // bottom
    signed: IntArray = np.sign(factor) * np.sign(value) * found
    return signed


def onnx_quotient(graph: OnnxGraph, factor: IntArray, value: str, bottom: str) -> str:
    """`quotient` as ONNX nodes; `factor` broadcasts against `value`."""
    size, base = graph.node("Abs", value), graph.constant(1 << DIGIT)
    high, low = divmod(abs(factor), 1 << DIGIT)

    def step(top: str) -> tuple[str, str]:
        digit = graph.node("Div", top, bottom)
        return digit, graph.node("Sub", top, graph.node("Mul", digit, bottom))

    found, rest = step(graph.node("Mul", size, graph.constant(high)))
    for more in (graph.constant(low), graph.constant(0)):
        top = graph.node("Add", graph.node("Mul", rest, base), graph.node("Mul", size, more))
        digit, rest = step(top)
        found = graph.node("Add", graph.node("Mul", found, base), digit)
    sign = graph.node("Mul", graph.node("Sign", value), graph.constant(np.sign(factor)))
    return graph.node("Mul", sign, found)
