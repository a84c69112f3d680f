"""What Brevitas' quantizers became before the export."""

import numpy as np
import torch

from tercet.frontends.aten.builder import Builder, Integers, Value, array
from tercet.frontends.aten.registry import converts
from tercet.frontends.brevitas import quantized
from tercet.ir.interval import Interval
from tercet.ir.types import signed, unsigned
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize

assert quantized  # its import registers torch.ops.tercet


@converts(torch.ops.tercet.fake_quantize.default)
def fake_quantize(
    builder: Builder, x: Value, scale: Value, zero_point: Value, low: int, high: int
) -> Value:
    source, clip = builder.real(x), Interval(low, high)
    steps, zero = builder.per_channel(scale, source), _whole(builder, zero_point)
    if low < 0:
        element = signed(max(high.bit_length(), (-low - 1).bit_length()) + 1)
    else:
        element = unsigned(high.bit_length())
    layer, path = builder.layer, builder.quantizer
    q = builder.add(Quantize(source, steps, zero, clip, element, layer=layer, quantizer=path))
    return builder.add(Dequantize(q, steps, zero, layer=layer))


@converts(torch.ops.tercet.constant.default)
def constant(builder: Builder, q: Value, scale: Value, zero_point: Value) -> Value:
    values = np.rint(array(q) - array(zero_point)).astype(np.int64)
    return Integers(values, array(scale))


def _whole(builder: Builder, zero_point: Value) -> int:
    values = np.unique(array(zero_point))
    if values.size != 1 or values[0] != np.rint(values[0]):
        raise builder.unsupported(f"has zero points {values.tolist()}", "wanted one whole number")
    return int(values[0])
