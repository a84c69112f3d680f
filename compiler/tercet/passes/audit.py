"""Is the certified step function the trained model's? Decided in rationals, step by step.

The pass finds steps by bisection in float64. Here each one is looked at alone: just below it and at
it, the float dialect's operators are evaluated exactly, from the model's own parameters: a layer is
one line and one clamp per channel, in rationals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import VerifyError
from tercet.ir.line import ClampedLine
from tercet.ir.module import steps_of
from tercet.ir.real import ElementwiseOp, per_channel
from tercet.ir.types import IntArray, floats_of, values_of
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


@dataclass(frozen=True)
class _Sums:
    """The integer layer that is to be the float one, with its constants at hand."""

    path: _Path
    model: IntArray
    """Weights of the float layer, [N, K]."""
    weight: IntArray
    """Weights of the integer layer, [N, K]."""
    addend: IntArray
    zero_point: int


def audit(captured: ModuleOp, module: ModuleOp) -> Audit:
    """Every certificate of `module` against `captured`, the float module that it came from."""
    paths, closed = list(_paths(captured)), certified(module)
    if [path.linear.layer for path in paths] != [sums.layer for sums, _ in closed]:
        raise VerifyError("the certificates are not those of the layers of the captured model")
    evaluated, findings = 0, list[Finding]()
    for path, (op, channels) in zip(paths, closed, strict=True):
        weights = values_of(path.linear.weight), op.matrix()
        here = _Sums(path, *weights, op.addend(), op.zero_point.value.data)
        for certificate in channels:
            count, found = _one(here, certificate)
            evaluated += count
            findings += found
    return Audit(evaluated, tuple(findings))


def _one(sums: _Sums, c: Certificate) -> tuple[int, list[Finding]]:
    """How many accumulators of one channel were evaluated, and those that disagree."""
    sign = _same_weights(sums, c.channel)
    if sign == 0:
        message = "its weights are not the captured model's"
        return 1, [Finding(c.layer, c.channel, message)]
    wanted = dict(places(c))
    path, line = sums.path, _sum(sums, c.channel, sign)
    steps: list[ElementwiseOp | Quantize] = [*path.chain, path.end]
    for step in steps:
        line = line.then(step.line(c.channel))
    rounded = _Rounded.of(line)
    clip = path.end.clip()
    found = []
    for u, want in wanted.items():
        got = min(max(rounded(c.sign * u), clip.low), clip.high)
        if got != want:
            message = f"acc {c.sign * u} is certified as {want}, the model gives {got}"
            found.append(Finding(c.layer, c.channel, message))
    return len(wanted), found


@dataclass(frozen=True)
class _Rounded:
    """A clamped line rounded half to even, over integers: (slope * acc + offset) / unit."""

    slope: int
    offset: int
    unit: int
    low: int | None
    high: int | None

    @classmethod
    def of(cls, line: ClampedLine) -> "_Rounded":
        """Rounding rises with its argument, so the clamp may follow it, rounded as well."""
        unit = lcm(line.slope.denominator, line.offset.denominator)
        low, high = (None if end is None else round(end) for end in (line.low, line.high))
        return cls(int(line.slope * unit), int(line.offset * unit), unit, low, high)

    def __call__(self, acc: int) -> int:
        quotient, remainder = divmod(self.slope * acc + self.offset, self.unit)
        twice = 2 * remainder
        result = quotient + (twice > self.unit or (twice == self.unit and quotient % 2 == 1))
        result = result if self.low is None else max(result, self.low)
        return result if self.high is None else min(result, self.high)


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


def _same_weights(sums: _Sums, channel: int) -> int:
    """1 if the channel's weights are the model's, -1 if they are its negated ones, else 0."""
    want, got = sums.model[channel], sums.weight[channel]
    return 1 if np.array_equal(want, got) else -1 if np.array_equal(want, -got) else 0


def _sum(sums: _Sums, n: int, sign: int) -> ClampedLine:
    """The real sum of channel n over the integer layer's.

    The integer layer has its own bias, and leaves the zero point to it.
    """
    path = sums.path
    zero = sums.zero_point - path.entry.zero_point.value.data
    shift = zero * int(sums.model[n].sum()) - sign * int(sums.addend[n])
    unit = per_channel(path.entry.scale, 0) * per_channel(path.linear.scale, n)
    return ClampedLine(unit * sign, unit * shift + _bias(path, n, unit))


def _bias(path: _Path, n: int, unit: Fraction) -> Fraction:
    real = path.linear
    if real.bias is None:
        return Fraction(0)
    scales = floats_of(path.entry.scale) * floats_of(real.scale)
    if whole_bias(real, scales) is not None:
        return unit * per_channel(real.bias, n)
    bias = per_channel(real.bias, n)
    return bias if real.bias_scale is None else bias * per_channel(real.bias_scale, n)
