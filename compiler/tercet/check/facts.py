"""The contract's values of an operator, from its declared properties.

Properties are looked up by name and operators never are: a new operator that names its
constants like the others needs no change here.
"""

from collections.abc import Mapping
from math import frexp

import numpy as np
from xdsl.dialects.builtin import FloatAttr, IntegerType, TensorType
from xdsl.ir import SSAValue

from tercet.check.contract import Kind, Method, Rescale, Scale, Value, Weights
from tercet.ir.families.rescaled import RescaledOp
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import Dense, FloatArray, IntArray, floats_of, values_of
from tercet.targets.fabric.format.planes import needed

WEIGHTS = 2
"""The fewest axes of a constant called `weight` that holds the weights of a layer."""


def kind_of(op: LayerOp) -> str:
    """The operator's name without its dialect."""
    return op.name.partition(".")[2]


def value(tensor: SSAValue, range_: Interval | None) -> Value:
    """A tensor's shape, type and range."""
    kind = tensor.type
    assert isinstance(kind, TensorType)
    low, high = (None, None) if range_ is None else (range_.low, range_.high)
    bits = None if range_ is None else bits_of(range_)
    return Value(tuple(kind.get_shape()[1:]), str(kind.element_type), low, high, bits)


def bits_of(range_: Interval) -> int:
    """The fewest bits that hold an interval; one of them is a sign if it has negative values."""
    if range_.low >= 0:
        return max(1, range_.high.bit_length())
    return max((-range_.low - 1).bit_length(), range_.high.bit_length()) + 1


def dense_of(op: LayerOp) -> Mapping[str, Dense]:
    """The constants that an operator declares, by name."""
    return {name: found for name, found in op.properties.items() if isinstance(found, Dense)}


def matrix_of(op: LayerOp) -> IntArray | None:
    """The integer weights of a layer, output channels first; None if it has none."""
    found = dense_of(op).get("weight")
    if found is None or len(found.get_shape()) < WEIGHTS or not _is_integer(found):
        return None
    return values_of(found)


def _is_integer(constant: Dense) -> bool:
    return isinstance(constant.get_element_type(), IntegerType)


def weight_scales(op: LayerOp) -> FloatArray | None:
    """The scales of an operator's weights, in the float dialect."""
    found = dense_of(op).get("scale")
    return None if found is None or _is_integer(found) else floats_of(found).reshape(-1)


def weights(op: LayerOp, scales: FloatArray | None) -> Weights | None:
    """Shape, range, planes and sparsity of an operator's weights; None if it has none."""
    found = matrix_of(op)
    if found is None:
        return None
    held = Interval.around(found)
    return Weights(
        tuple(found.shape),
        found.size,
        held.low,
        held.high,
        needed(held),
        float((found == 0).mean()),
        None if scales is None else scale_of(scales),
    )


def scale_of(scales: FloatArray) -> Scale:
    """Kind and granularity of scales: of a tensor [1], or of its channels [N]."""
    dyadic = all(frexp(value)[0] == 0.5 for value in scales.reshape(-1).tolist())
    kind: Kind = "power of two" if dyadic else "odd"
    return Scale(kind, "per channel" if scales.size > 1 else "per tensor")


def result_scale(op: LayerOp) -> Scale | None:
    """Scale of a quantizer's result; None for other operators."""
    found = op.attributes.get("scale")
    return scale_of(np.array([found.value.data])) if isinstance(found, FloatAttr) else None


def method(op: LayerOp) -> Method | None:
    """How the operator replaces real arithmetic; None if it replaces none."""
    constants = dense_of(op)
    for name, text in (("thresholds", "thresholds"), ("table", "table")):
        if (found := constants.get(name)) is not None and result_scale(op) is not None:
            channels, entries = found.get_shape()
            return Method(text, channels, entries, None)  # type: ignore[arg-type]
    rescale = _rescale(constants) if {"add", "shift"} <= set(constants) else None
    if rescale is None and result_scale(op) is None:
        return None
    channels = constants["shift"].get_shape()[0] if rescale is not None else 1
    product = isinstance(op, RescaledOp)
    return Method("product and shift" if product else "algorithm", channels, 0, rescale)


def _rescale(constants: Mapping[str, Dense]) -> Rescale:
    multipliers = [values_of(c) for name, c in constants.items() if name.startswith("mul")]
    shift = values_of(constants["shift"])
    return Rescale(
        max(_width(values) for values in multipliers),
        _width(values_of(constants["add"])),
        int(shift.min()),
        int(shift.max()),
    )


def _width(values: IntArray) -> int:
    return bits_of(Interval.around(values))
