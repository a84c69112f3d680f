"""Activations that exporters write as several nodes, found at their last product."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isclose, sqrt
from typing import TypeAlias

from xdsl.ir import SSAValue

from tercet.ir.types import floats_of
from tercet.ops.real.affine import Affine
from tercet.ops.real.function import Function


@dataclass(frozen=True)
class Known:
    """A known activation: factor * function(x)."""

    name: str
    x: SSAValue
    factor: float = 1.0


Pattern: TypeAlias = Callable[[SSAValue, SSAValue], Known | None]


def activation(a: SSAValue, b: SSAValue) -> Known | None:
    """The activation that a * b computes, if one operand is computed from the other; else None."""
    for pattern in (_gelu, _gated):
        for x, gate in ((a, b), (b, a)):
            found = pattern(x, gate)
            if found is not None:
                return found
    return None


def _gelu(x: SSAValue, gate: SSAValue) -> Known | None:
    """(f * x) * (g * (1 + erf(x / sqrt(2)))) is 2 f g gelu(x)."""
    outer = _line(x)
    inner = _line(gate)
    erf = _function(inner.x, "erf")
    if erf is None or inner.offset != inner.factor:
        return None
    root = _line(erf)
    if root.offset or not isclose(root.factor, 1 / sqrt(2), rel_tol=1e-6):
        return None
    # x may be the result of an affine operator
    for source, factor in ((x, 1.0), (outer.x, outer.factor)):
        if root.x is source and (source is x or not outer.offset):
            return Known("gelu", source, 2 * factor * inner.factor)
    return None


def _gated(x: SSAValue, gate: SSAValue) -> Known | None:
    """SiLU, x * sigmoid(x), and Mish, x * tanh(softplus(x))."""
    if _function(gate, "sigmoid") is x:
        return Known("silu", x)
    squashed = _function(gate, "tanh")
    if squashed is not None and _function(squashed, "softplus") is x:
        return Known("mish", x)
    return None


def _function(value: SSAValue, name: str) -> SSAValue | None:
    """The operand of the function `name` that computes `value`; None for other operators."""
    op = value.owner
    return op.x if isinstance(op, Function) and op.function.data == name else None


@dataclass(frozen=True)
class _Line:
    """A line factor * x + offset."""

    x: SSAValue
    factor: float = 1.0
    offset: float = 0.0


def _line(value: SSAValue) -> _Line:
    """`value` as a line of the operand of its chain of scalar affine operators."""
    factor, offset, op = 1.0, 0.0, value.owner
    while isinstance(op, Affine):
        constants = [floats_of(c) for c in (op.factor, op.offset, op.divisor)]
        if any(c.size != 1 for c in constants):
            break
        times, plus, over = (float(c.reshape(())) for c in constants)
        value, offset, factor = op.x, offset + factor * plus / over, factor * times / over
        op = value.owner
    return _Line(value, factor, offset)
