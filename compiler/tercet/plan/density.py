"""What share of each tensor's activations will not be zero: a guess, for the planner's costs alone.

What is cut off at zero is half zero, and the greatest of some such, or their mean, is zero only if
all are, though neighbours are alike. What has a sign and N levels is zero in one of these.
"""

from collections.abc import Mapping

import numpy as np

from tercet.ir.interval import is_signed
from tercet.plan.assign import operands_of
from tercet.plan.steps import (
    Depthwise,
    Lookup,
    Network,
    Rescale,
    Step,
    Sums,
    Thresholds,
    Vector,
)

USUAL = 0.5
SIGNED = 0.9
"""Of an input that has a sign."""
ALONE = 1.7
"""So many neighbours are like one."""


def densities_of(network: Network) -> Mapping[str, float]:
    """By the names of the tensors."""
    found = {
        x.name: SIGNED if is_signed(x.element) or x.zero_point else USUAL for x in network.inputs
    }
    for step in network.steps:
        read = [found.get(x.name, USUAL) for x in operands_of(step)]
        found[step.result.name] = _density(step, max(read))
    return found


def _density(step: Step, read: float) -> float:
    closing, result = step.closing, step.result
    if isinstance(step, Vector) and not isinstance(closing, Rescale | Lookup):
        return _any(read, step.items.shape[1])
    if isinstance(step, Depthwise) and (step.weights >= 0).all():
        return _any(read, int(np.prod(step.weights.shape[1:])))
    low, high = _range(closing)
    if not low < result.zero_point < high:
        return USUAL if low <= result.zero_point <= high else 1.0
    return 1 - 1 / (high - low + 1)


def _any(read: float, count: int) -> float:
    """Of the greatest, or the mean, of so many."""
    return read if read > USUAL else 1 - float((1 - read) ** max(1.0, count / ALONE))


def _range(closing: object) -> tuple[int, int]:
    if isinstance(closing, Rescale):
        return closing.low, closing.high
    if isinstance(closing, Thresholds):
        return closing.low, closing.low + closing.steps.shape[1]
    if isinstance(closing, Lookup):
        return int(closing.table.min()), int(closing.table.max())
    assert isinstance(closing, Sums)
    return 0, 0
