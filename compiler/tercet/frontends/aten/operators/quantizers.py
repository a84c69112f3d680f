"""Converters of the operations of torch.ops.tercet that replace Brevitas' quantizers."""

import numpy as np
import torch
from torch import Tensor

from tercet.frontends.aten import quantizing
from tercet.frontends.aten.builder import AtenBuilder, Value, array
from tercet.frontends.aten.registry import converts
from tercet.frontends.elements import narrowest
from tercet.frontends.integers import Integers
from tercet.ir.interval import Interval
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize

assert quantizing  # its import registers torch.ops.tercet


@converts(
    torch.ops.tercet.fake_quantize.default,
    constants=True,
    layers="QuantIdentity QuantReLU QuantHardTanh QuantSigmoid QuantTanh",
    note=(
        "1 to 8 bits; binary, ternary, zero points; rounding `ROUND`, `FLOOR`, "
        "`CEIL` or `ROUND_TO_ZERO`"
    ),
)
def fake_quantize(
    builder: AtenBuilder,
    x: Value,
    step: Value,
    scale: Value,
    zero_point: Value,
    low: int,
    high: int,
    rounding: str,
) -> Value:
    if isinstance(x, Tensor):
        found = torch.ops.tercet.fake_quantize(x, step, scale, zero_point, low, high, rounding)
        return Integers(np.rint(array(found) / array(scale)).astype(np.int64), array(scale))
    source, clip = builder.real(x), Interval(low, high)
    steps, scales = builder.constant(step, source), builder.constant(scale, source)
    zero, layer = _whole(builder, zero_point), builder.layer
    q = builder.add(
        Quantize(
            source,
            steps,
            zero,
            clip,
            narrowest(clip),
            layer=layer,
            quantizer=builder.quantizer,
            rounding=rounding,
        )
    )
    return builder.add(Dequantize(q, scales, zero, layer=layer))


@converts(
    torch.ops.tercet.truncate.default,
    layers="TruncAvgPool2d TruncAdaptiveAvgPool2d",
    note=("truncating pools have windows of one size: no `ceil_mode`, an output size that divides"),
)
def truncate(
    builder: AtenBuilder,
    x: Value,
    scale: Value,
    factor: Value,
    after: Value,
    zero_point: Value,
    low: int,
    high: int,
    rounding: str,
) -> Value:
    """Truncation of sums, which are multiples of the scale, so one division by both is exact."""
    source, layer = builder.real(x), builder.layer
    steps = builder.constant(scale, source) * builder.constant(factor, source)
    zero, clip = _whole(builder, zero_point), Interval(low, high)
    q = builder.add(
        Quantize(
            source,
            steps,
            zero,
            clip,
            narrowest(clip),
            layer=layer,
            quantizer=builder.quantizer,
            rounding=rounding,
        )
    )
    return builder.add(Dequantize(q, builder.constant(after, source), zero, layer=layer))


@converts(torch.ops.tercet.constant.default, constants=True)
def constant(builder: AtenBuilder, q: Value, scale: Value, zero_point: Value) -> Value:
    values = np.rint(array(q) - array(zero_point)).astype(np.int64)
    return Integers(values, array(scale))


def _whole(builder: AtenBuilder, zero_point: Value) -> int:
    values = np.unique(array(zero_point))
    if values.size != 1 or values[0] != np.rint(values[0]):
        raise builder.unsupported(f"has zero points {values.tolist()}", wanted="one whole number")
    return int(values[0])
