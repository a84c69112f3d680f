"""Transposed convolutions over one or two axes."""

import numpy as np
import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.conv import Numbers, each, spatial_axes
from tercet.frontends.aten.registry import converts
from tercet.frontends.aten.weights import bias, weights
from tercet.ops.real.conv_transpose import RealConvTranspose

aten = torch.ops.aten


@converts(
    aten.conv_transpose1d.default,
    aten.conv_transpose2d.input,
    layers="QuantConvTranspose1d QuantConvTranspose2d",
    note="weights as those of a convolution; every group has the same scales",
)
def conv_transpose(
    builder: AtenBuilder,
    x: Value,
    weight: Value,
    offsets: Value = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Value:
    """A transposed convolution with weights [inputs, outputs of a group, …].

    The scales of every group are the same.
    """
    source = builder.real(x)
    values, scale = weights(builder, weight, axis=1)
    axes = spatial_axes(builder, source, values)
    offset, unit = bias(builder, offsets)
    return builder.add(
        RealConvTranspose(
            source,
            values,
            np.tile(scale, groups) if scale.ndim else scale,
            offset,
            unit,
            stride=each(stride, axes),
            padding=tuple((p, p) for p in each(padding, axes)),
            dilation=each(dilation, axes),
            groups=groups,
            output_padding=each(output_padding, axes),
            layer=builder.layer,
        )
    )
