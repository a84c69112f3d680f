"""Softmax and its logarithm."""

from typing import Any

import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.softmax import RealSoftmax

aten = torch.ops.aten


@converts(aten.softmax.int, layers="Softmax Softmin", note="along any axis but the batch")
def softmax(builder: AtenBuilder, x: Value, axis: int, *_: Any, log: bool = False) -> Value:
    source = builder.real(x)
    at = builder.axis(axis, len(shape_of(source)))
    return builder.add(RealSoftmax(source, axis=at, log=log, layer=builder.layer))


@converts(aten.log_softmax.int, layers="LogSoftmax")
def log_softmax(builder: AtenBuilder, x: Value, axis: int, *_: Any) -> Value:
    return softmax(builder, x, axis, log=True)
