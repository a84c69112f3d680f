"""Is the certified step function the trained model's? Decided in rationals, step by step.

The pass finds steps by bisection in float64. Here each one is looked at alone: just below it and at
it, the float dialect's operators are evaluated exactly, from the model's own parameters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import VerifyError
from tercet.ir.module import steps_of
from tercet.ir.real import ElementwiseOp, per_channel
from tercet.ir.types import floats_of, values_of
from tercet.ops.linear import Linear
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize
from tercet.passes.certificate import Certificate, certified
from tercet.passes.check import Finding, places
from tercet.passes.linear import whole_bias


@dataclass(frozen=True)
class Audit:
    """How many accumulators were evaluated exactly, and where the model disagrees."""

    evaluated: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Path:
    """From one layer's integers to the next quantizer, in the float dialect."""

    entry: Dequantize
    linear: RealLinear
    chain: tuple[ElementwiseOp, ...]
    end: Quantize


def audit(captured: ModuleOp, module: ModuleOp) -> Audit:
    """Every certificate of `module` against `captured`, the float module that it came from."""
    paths, closed = list(_paths(captured)), certified(module)
    if [path.linear.layer for path in paths] != [sums.layer for sums, _ in closed]:
        raise VerifyError("the certificates are not those of the layers of the captured model")
    evaluated, findings = 0, list[Finding]()
    for path, (sums, channels) in zip(paths, closed, strict=True):
        for certificate in channels:
            count, found = _one(path, sums, certificate)
            evaluated += count
            findings += found
    return Audit(evaluated, tuple(findings))


def _one(path: _Path, integer: Linear, c: Certificate) -> tuple[int, list[Finding]]:
    """How many accumulators of one channel were evaluated, and those that disagree."""
    sign = _same_weights(path.linear, integer, c.channel)
    if sign == 0:
        message = "its weights are not the captured model's"
        return 1, [Finding(c.layer, c.channel, message)]
    wanted = dict(places(c))
    real = _sum(path, integer, c.channel, sign)
    found = []
    for u, want in wanted.items():
        x = real(c.sign * u)
        for step in path.chain:
            x = step.exact(x, c.channel)
        got = path.end.exact(x, c.channel)
        if got != want:
            message = f"acc {c.sign * u} is certified as {want}, the model gives {got}"
            found.append(Finding(c.layer, c.channel, message))
    return len(wanted), found


def _paths(captured: ModuleOp) -> Iterator[_Path]:
    for end in steps_of(captured):
        if not isinstance(end, Quantize):
            continue
        chain: list[ElementwiseOp] = []
        owner = end.x.owner
        while isinstance(owner, ElementwiseOp):
            chain.insert(0, owner)
            owner = owner.x.owner
        if isinstance(owner, RealLinear) and isinstance(entry := owner.x.owner, Dequantize):
            yield _Path(entry, owner, tuple(chain), end)


def _same_weights(real: RealLinear, integer: Linear, channel: int) -> int:
    """1 if the channel's weights are the model's, -1 if they are its negated ones, else 0."""
    want, got = values_of(real.weight)[channel], integer.matrix()[channel]
    return 1 if np.array_equal(want, got) else -1 if np.array_equal(want, -got) else 0


def _sum(path: _Path, integer: Linear, n: int, sign: int) -> Callable[[int], Fraction]:
    """The real sum of channel n where the integer layer's is `acc`.

    The integer layer has its own bias, and leaves the zero point to it.
    """
    zero = integer.zero_point.value.data - path.entry.zero_point.value.data
    shift = zero * int(values_of(path.linear.weight)[n].sum())
    addend = int(integer.addend()[n])
    unit = per_channel(path.entry.scale, 0) * per_channel(path.linear.scale, n)
    bias = _bias(path, n, unit)
    return lambda acc: unit * (sign * (acc - addend) + shift) + bias


def _bias(path: _Path, n: int, unit: Fraction) -> Fraction:
    real = path.linear
    if real.bias is None:
        return Fraction(0)
    scales = floats_of(path.entry.scale) * floats_of(real.scale)
    if whole_bias(real, scales) is not None:
        return unit * per_channel(real.bias, n)
    bias = per_channel(real.bias, n)
    return bias if real.bias_scale is None else bias * per_channel(real.bias_scale, n)
