"""The layers that the fabric runs, read off the integer graph: linear, then what closes it."""

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.ir.types import Int, IntArray, shape_of, tensor_type
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.ops.threshold import Threshold


@dataclass(frozen=True)
class Layer:
    """One dense layer with its post-processing."""

    name: str
    linear: Linear
    closing: Requantize | Threshold | None
    """None: the accumulators are the result."""
    sum_name: str
    result_name: str

    @property
    def matrix(self) -> IntArray:
        """Trits [N, K]."""
        return self.linear.matrix()

    @property
    def bias(self) -> IntArray:
        return self.linear.addend()

    @property
    def zero_point(self) -> int:
        """Of the input."""
        return self.linear.zero_point.value.data

    @property
    def element(self) -> Int:
        """Type of the result."""
        op: IntegerOp = self.linear if self.closing is None else self.closing
        return tensor_type(op.results[0]).element_type


def layers_of(module: ModuleOp) -> tuple[Layer, ...]:
    """The chain of dense layers that the module is. Raises UnsupportedError if it is another."""
    names = value_names(module)
    inputs, outputs = inputs_of(module), outputs_of(module)
    if (len(inputs), len(outputs)) != (1, 1):
        raise UnsupportedError(
            f"the network has {len(inputs)} inputs and {len(outputs)} outputs; the fabric runs"
            " chains of dense layers, with one of each"
        )
    (result,), value = outputs, _through(inputs[0])
    found: list[Layer] = []
    count = len([op for op in ops_of(module) if not isinstance(op, Reshape)])
    while value is not result:
        linear = _next(value, Linear, names)
        closing = _closing(linear, result, names)
        last = linear if closing is None else closing
        found.append(
            Layer(linear.layer.data, linear, closing, names[linear.acc], names[last.results[0]])
        )
        value = _through(last.results[0]) if last.results[0] is not result else result
    if len({layer.name for layer in found}) != len(found):
        raise UnsupportedError("a layer is used twice: give every use a module of its own")
    assert sum(1 + (layer.closing is not None) for layer in found) == count
    for layer in found:
        _check(layer)
    return tuple(found)


def _through(value: SSAValue) -> SSAValue:
    """The value behind reshapes that move nothing."""
    users = [use.operation for use in value.uses]
    if len(users) == 1 and isinstance(users[0], Reshape):
        return _through(users[0].results[0])
    return value


def _next(value: SSAValue, wanted: type[Linear], names: dict[SSAValue, str]) -> Linear:
    users = [use.operation for use in value.uses]
    if len(users) == 1 and isinstance(users[0], wanted):
        return users[0]
    found = ", ".join(user.name for user in users) or "nothing"
    raise UnsupportedError(
        f"{names[value]}: is read by {found}; the fabric runs chains of dense layers:"
        " give each layer one reader that is a linear layer"
    )


def _closing(
    linear: Linear, result: SSAValue, names: dict[SSAValue, str]
) -> Requantize | Threshold | None:
    if linear.acc is result:
        return None
    users = [use.operation for use in linear.acc.uses]
    if len(users) == 1 and isinstance(users[0], Requantize | Threshold):
        return users[0]
    raise UnsupportedError(
        f"{names[linear.acc]}: its sums must go to one quantizer; quantize the layer's output"
    )


def _check(layer: Layer) -> None:
    shape = shape_of(layer.linear.x)
    if len(shape) != 2:
        raise UnsupportedError(
            f"{layer.name}: its input has shape {shape}, the fabric runs a dense layer once an"
            " input: flatten it before the layer"
        )
    if not np.isin(layer.matrix, (-1, 0, 1)).all():
        low, high = layer.matrix.min(), layer.matrix.max()
        raise UnsupportedError(
            f"{layer.name}: its weights range from {low} to {high}, the fabric takes trits (-1, 0,"
            " 1): quantize them to ternary"
        )
    if layer.closing is not None:
        _check_closing(layer.name, layer.closing)
        held = Interval.of(layer.element)
        if not Interval(-128, 255).holds(held) or held.high - held.low > 255:
            raise UnsupportedError(
                f"{layer.name}: its results are {layer.element}, the fabric keeps activations of"
                " up to 8 bits: quantize the layer's output to u8 or s8"
            )


def _check_closing(name: str, closing: Requantize | Threshold) -> None:
    inner = closing.inner.value.data
    if inner != 1:
        raise UnsupportedError(
            f"{name}: its quantizer has one channel for {inner} outputs in a row,"
            " the fabric takes one for each or for all: quantize per channel or per tensor"
        )
    if isinstance(closing, Threshold) and closing.directions is not None:
        raise UnsupportedError(
            f"{name}: its results rise and fall with the sum, the fabric counts steps upward: use"
            " an activation that never decreases"
        )
