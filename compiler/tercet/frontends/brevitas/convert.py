"""From the exported graph to the float dialect: one function for each torch operator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.fx import Node
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, IntArray, signed, unsigned
from tercet.ops.real.batch_norm import BatchNorm
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.flatten import RealFlatten
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu


@dataclass(frozen=True)
class Integers:
    """A quantized constant: real = values * scale, zero point already subtracted."""

    values: IntArray
    scale: FloatArray


Value: TypeAlias = SSAValue | Integers | Tensor | int | float | bool | None


@dataclass
class Builder:
    """The operators so far."""

    ops: list[LayerOp] = field(default_factory=list)
    quantizer: str = ""
    """Path of the quantizer that is being converted."""

    def add(self, op: LayerOp) -> SSAValue:
        self.ops.append(op)
        return op.results[0]


Converter: TypeAlias = Callable[..., Value]
CONVERTERS: dict[Any, Converter] = {}
aten = torch.ops.aten


def converts(*targets: Any) -> Callable[[Converter], Converter]:
    """Register a function for torch operators: converter(builder, layer, *arguments)."""

    def register(converter: Converter) -> Converter:
        CONVERTERS.update(dict.fromkeys(targets, converter))
        return converter

    return register


def convert(builder: Builder, node: Node, layer: str, arguments: list[Value]) -> Value:
    """The value of `node`, with the operators that compute it added to `builder`."""
    converter = CONVERTERS.get(node.target)
    if converter is None:
        kinds = ", ".join(sorted({_short(target) for target in CONVERTERS}))
        raise UnsupportedError(
            f"{layer}: operator {_short(node.target)} is not supported; Tercet takes {kinds}"
        )
    return converter(builder, layer, *arguments)


def _short(target: Any) -> str:
    return str(target).removeprefix("aten.").removeprefix("tercet.").partition(".")[0]


def _array(values: Value) -> FloatArray:
    assert isinstance(values, Tensor)
    return values.detach().double().numpy().astype(np.float64)


def _real(layer: str, value: Value, what: str = "its input") -> SSAValue:
    if isinstance(value, SSAValue):
        return value
    raise UnsupportedError(f"{layer}: {what} is a constant; wanted the result of another layer")


def _whole(layer: str, zero_point: Value) -> int:
    values = np.unique(_array(zero_point))
    if values.size != 1 or values[0] != np.rint(values[0]):
        raise UnsupportedError(f"{layer}: zero points {values}; wanted one whole number")
    return int(values[0])


@converts(torch.ops.tercet.fake_quantize.default)
def _fake_quantize(
    builder: Builder, layer: str, x: Value, scale: Value, zero_point: Value, low: int, high: int
) -> Value:
    source = _real(layer, x)
    steps, zero, clip = _array(scale), _whole(layer, zero_point), Interval(low, high)
    bits = max(2, (high - low).bit_length())
    element = signed(bits) if low < 0 else unsigned(bits)
    rank = len(source.type.get_shape())  # type: ignore[attr-defined]
    steps = _per_channel(layer, steps, rank)
    path = builder.quantizer
    op = Quantize(source, steps, zero, clip, element, layer=layer, quantizer=path)
    return builder.add(Dequantize(builder.add(op), steps, zero, layer=layer))


def _per_channel(layer: str, steps: FloatArray, rank: int) -> FloatArray:
    """One element, or one for each index of the last axis of a tensor of `rank` axes."""
    if steps.size == 1:
        return steps.reshape(())
    if steps.ndim > rank or steps.size != steps.shape[-1]:
        raise UnsupportedError(f"{layer}: scales of shape {steps.shape}; wanted one a channel")
    return steps.reshape(-1)


@converts(torch.ops.tercet.constant.default)
def _constant(builder: Builder, layer: str, q: Value, scale: Value, zero: Value) -> Value:
    values = np.rint(_array(q) - _array(zero)).astype(np.int64)
    return Integers(values, _array(scale))


@converts(aten.linear.default)
def _linear(builder: Builder, layer: str, x: Value, weight: Value, bias: Value = None) -> Value:
    if not isinstance(weight, Integers):
        raise UnsupportedError(
            f"{layer}: its weights are floats; use brevitas.nn.QuantLinear with a weight quantizer "
            "of at most 8 bits, such as tercet.frontends.quantizers.TernaryWeight"
        )
    if np.abs(weight.values).max(initial=0) > 127:
        raise UnsupportedError(f"{layer}: its weights leave -127 to 127; use narrow_range")
    n = weight.values.shape[0]
    if weight.scale.size not in (1, n):
        raise UnsupportedError(
            f"{layer}: weight scales of shape {weight.scale.shape}; wanted one, or one for each of "
            f"the {n} outputs"
        )
    offsets, unit = _bias(bias)
    source, scale = _real(layer, x), _flat(weight.scale)
    return builder.add(RealLinear(source, weight.values, scale, offsets, unit, layer=layer))


def _bias(bias: Value) -> tuple[FloatArray | None, FloatArray | None]:
    """The bias of a linear layer, and its scale where it is quantized."""
    if isinstance(bias, Integers):
        return bias.values.astype(np.float64), _flat(bias.scale)
    return (None if bias is None else _array(bias)), None


def _flat(scale: FloatArray) -> FloatArray:
    """One element, or one a channel."""
    return scale.reshape(-1) if scale.size > 1 else scale.reshape(())


@converts(aten.batch_norm.default)
def _batch_norm(
    builder: Builder,
    layer: str,
    x: Value,
    gain: Value,
    offset: Value,
    mean: Value,
    variance: Value,
    training: Value,
    momentum: Value,
    epsilon: float,
    *_: Value,
) -> Value:
    if mean is None or variance is None:
        raise UnsupportedError(f"{layer}: batch norm without running statistics; track them")
    centre, spread = _array(mean), _array(variance)
    slope = np.ones_like(centre) if gain is None else _array(gain)
    shift = np.zeros_like(centre) if offset is None else _array(offset)
    norm = BatchNorm(_real(layer, x), slope, shift, centre, spread, epsilon, layer=layer)
    return builder.add(norm)


@converts(aten.relu.default)
def _relu(builder: Builder, layer: str, x: Value) -> Value:
    return builder.add(Relu(_real(layer, x), layer=layer))


@converts(aten.dropout.default)
def _dropout(builder: Builder, layer: str, x: Value, p: float, training: bool) -> Value:
    return x


@converts(aten.flatten.using_ints)
def _flatten(builder: Builder, layer: str, x: Value, start: int = 0, end: int = -1) -> Value:
    source = _real(layer, x)
    if (start, end) != (1, -1):
        raise UnsupportedError(f"{layer}: flatten({start}, {end}); wanted flatten(1)")
    return builder.add(RealFlatten(source, layer=layer))


@converts(aten.view.default, aten.reshape.default)
def _view(builder: Builder, layer: str, x: Value, shape: list[int]) -> Value:
    if len(shape) != 2 or shape[0] not in (1, -1):
        raise UnsupportedError(f"{layer}: reshape to {shape}; wanted (batch, features)")
    return builder.add(RealFlatten(_real(layer, x), layer=layer))
