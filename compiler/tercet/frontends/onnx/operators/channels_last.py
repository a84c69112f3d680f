"""Operators on (batch, .., channels) as standard ones between two transposes.

The passes move the transposes below quantizers; on the fabric they change addresses only.
"""

from dataclasses import replace

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import OnnxBuilder, Value, tensor
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators import batch_norm, convolution, pooling
from tercet.frontends.onnx.operators.movement import transposed
from tercet.frontends.onnx.registry import Converter, converts
from tercet.ir.types import shape_of

MEANING: dict[str, Converter] = {
    "AveragePool": pooling.average_pool,
    "BatchNormalization": batch_norm.batch_norm,
    "Conv": convolution.conv,
    "GlobalAveragePool": pooling.global_average_pool,
    "GlobalMaxPool": pooling.global_max_pool,
    "MaxPool": pooling.max_pool,
}


def channels_first(builder: OnnxBuilder, node: Node, x: SSAValue) -> SSAValue:
    """`x` of (batch, .., channels) transposed to (batch, channels, ..)."""
    return transposed(builder, node, x, _first(len(shape_of(x))))


def channels_last(builder: OnnxBuilder, node: Node, y: SSAValue) -> SSAValue:
    """`y` of (batch, channels, ..) transposed to (batch, .., channels)."""
    rank = len(shape_of(y))
    return transposed(builder, node, y, (0, *range(2, rank), 1))


def converted(
    builder: OnnxBuilder, node: Node, converter: Converter, x: Value, *rest: Value
) -> SSAValue:
    """The result of `converter` for `x` with channels first, transposed to channels last."""
    y = converter(builder, node, channels_first(builder, node, tensor(node, x)), *rest)
    assert isinstance(y, SSAValue)
    return channels_last(builder, node, y)


@converts(*MEANING, domain=Domain.CHANNELS_LAST)
def standard(builder: OnnxBuilder, node: Node, x: Value, *rest: Value) -> Value:
    """A standard convolution; its weights have their channels last too: (outputs, .., inputs)."""
    if node.kind == "Conv":
        rest = (_weights_first(rest[0]), *rest[1:])
    meant = replace(node, domain=Domain.STANDARD)
    return converted(builder, meant, MEANING[node.kind], x, *rest)


@converts("MaxPoolNHWC", domain=Domain.QONNX)
@converts("NhwcMaxPool", domain=Domain.MICROSOFT)
def max_pool(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    return converted(builder, node, pooling.max_pool, x)


def _first(rank: int) -> tuple[int, ...]:
    return (0, rank - 1, *range(1, rank - 1))


def _weights_first(value: Value) -> Value:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value.transpose(_first(value.ndim)))
    if not isinstance(value, Integers):
        return value
    order = _first(value.values.ndim)
    scale = value.scale
    if scale.size > 1:
        scale = scale.reshape((1,) * (len(order) - scale.ndim) + scale.shape).transpose(order)
    return Integers(np.ascontiguousarray(value.values.transpose(order)), scale)
