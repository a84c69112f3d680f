"""What lies between a linear layer and the next quantizer becomes one exact integer operator."""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tercet.errors import UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.ranges import range_of
from tercet.ir.real import ElementwiseOp
from tercet.ir.types import IntArray, floats_of, tensor_type
from tercet.ops.linear import Linear
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold
from tercet.passes.certificate import attach
from tercet.passes.clean import erase_unused
from tercet.passes.steps import StepFunction, Steps, find
from tercet.passes.synthesis import Triples, synthesize

NEVER = 2**31 - 1
"""A threshold that no accumulator reaches."""


@dataclass(frozen=True)
class _Fuse(RewritePattern):
    threshold_bits: int

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Quantize, rewriter: PatternRewriter) -> None:
        chain, start = _chain(op)
        sums = _sums(op, start)
        low, high = sums.channels(range_of(sums.x))
        steps = find(StepFunction(start, chain, op), low, high)
        triples = synthesize(steps, op.clip())
        narrow = tensor_type(op.q).element_type.width.data <= self.threshold_bits
        if narrow or not triples.found.all():
            _replace(op, _thresholds(op, sums, steps, rewriter), _upright(steps), rewriter)
        else:
            _replace(op, _requantize(op, sums, triples), steps, rewriter)


def _replace(
    op: Quantize, new: Requantize | Threshold, steps: Steps, rewriter: PatternRewriter
) -> None:
    attach(new, steps)
    new.attributes["quantizer"] = op.quantizer
    rewriter.replace(op, new)


def _chain(op: Quantize) -> tuple[list[ElementwiseOp], Dequantize]:
    chain: list[ElementwiseOp] = []
    value: SSAValue = op.x
    while isinstance(owner := value.owner, ElementwiseOp):
        chain.insert(0, owner)
        value = owner.x
    if isinstance(owner, Dequantize):
        return chain, owner
    raise UnsupportedError(
        f"{op.layer.data}: quantizes what no linear layer computed; wanted a linear layer, then "
        "batch norm or ReLU, then this quantizer"
    )


def _sums(op: Quantize, start: Dequantize) -> Linear:
    if isinstance(sums := start.q.owner, Linear):
        return sums
    raise UnsupportedError(
        f"{op.layer.data}: quantizes integers again, on another grid; wanted a linear layer "
        "between two quantizers, so give both the same scale or drop one"
    )


def _metadata(op: Quantize) -> tuple[float, int]:
    scale = floats_of(op.scale)
    return float(scale.reshape(-1)[0]) if scale.size == 1 else 1.0, op.zero_point.value.data


def _requantize(op: Quantize, sums: Linear, triples: Triples) -> Requantize:
    scale, zero = _metadata(op)
    return Requantize(
        sums.acc,
        triples.mul,
        triples.add,
        triples.shift,
        triples.clip,
        tensor_type(op.q).element_type,
        layer=sums.layer.data,
        scale=scale,
        zero_point=zero,
    )


def _thresholds(op: Quantize, sums: Linear, steps: Steps, rewriter: PatternRewriter) -> Threshold:
    """Thresholds only rise, so channels that fall get their weights and bias negated."""
    if (steps.sign < 0).any():
        sums = _negated(op, sums, steps.sign, rewriter)
    scale, zero = _metadata(op)
    low, table = _table(steps, op.clip())
    return Threshold(
        sums.acc,
        table,
        low,
        tensor_type(op.q).element_type,
        layer=sums.layer.data,
        scale=scale,
        zero_point=zero,
    )


def _table(steps: Steps, clip: Interval) -> tuple[int, IntArray]:
    """The value below all thresholds, and the thresholds, [N, n] with n of at least 1.

    A channel that starts above that value has thresholds that every sum reaches.
    """
    low = min(int(steps.first.min()), clip.high - 1)
    ahead = (steps.first - low)[:, None]
    always = np.where(np.arange(ahead.max()) < ahead, steps.low[:, None], NEVER)
    rows = np.where(steps.at > steps.high[:, None], NEVER, steps.at)
    never = np.full((len(rows), 1), NEVER)
    table = np.sort(np.concatenate([always, rows, never], axis=1), axis=1)
    return low, table[:, : max(1, int((table < NEVER).sum(1).max()))]


def _negated(op: Quantize, sums: Linear, sign: IntArray, rewriter: PatternRewriter) -> Linear:
    chain, start = _chain(op)
    if not all(value.has_one_use() for value in (sums.acc, start.x, *(step.y for step in chain))):
        raise UnsupportedError(
            f"{sums.layer.data}: its sums have several readers, one of which falls where they "
            "rise; give each reader a layer of its own"
        )
    weight, bias = sums.matrix() * sign[:, None], sums.addend() * sign
    zero = sums.zero_point.value.data
    new = Linear(sums.x, weight, bias, zero, layer=sums.layer.data)
    rewriter.replace(sums, new)
    return new


def _upright(steps: Steps) -> Steps:
    """The steps over u itself: the negated layer's accumulators."""
    return Steps(steps.low, steps.high, np.ones_like(steps.sign), steps.first, steps.at)


@dataclass(frozen=True)
class Requantization(ModulePass):
    """quantize(chain(dequantize(linear))) becomes requantize, or threshold, with certificates."""

    name = "requantization"
    threshold_bits: int = 0
    """Outputs of up to so many bits become thresholds; so does what no multiplier can do."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(_Fuse(self.threshold_bits)).rewrite_module(op)
        erase_unused(op)
