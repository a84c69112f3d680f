"""QONNX' notes on what values an input takes: a quantizer that changes none of them."""

import re

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import Builder
from tercet.frontends.onnx.elements import narrowest
from tercet.frontends.onnx.model import Input
from tercet.ir.interval import Interval
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize

NAMED = {"BIPOLAR": Interval(-1, 1), "TERNARY": Interval(-1, 1), "BINARY": Interval(0, 1)}
ONE = np.ones(())


def annotated(builder: Builder, one: Input, x: SSAValue) -> SSAValue:
    """`x`, or whole numbers of the range that its annotation promises."""
    clip = _range(one.annotation)
    if clip is None:
        return x
    q = Quantize(x, ONE, 0, clip, narrowest(clip), layer=one.name)
    y = Dequantize(q.q, ONE, layer=one.name)
    builder.ops += [q, y]
    return y.x


def _range(annotation: str) -> Interval | None:
    found = re.fullmatch(r"(U?)INT([1-9]|1[0-6])", annotation)
    if found is None:
        return NAMED.get(annotation)
    bits = int(found[2])
    return (
        Interval(0, 2**bits - 1) if found[1] else Interval(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
