"""What share of each tensor's activations will not be zero: a guess, for the planner's costs alone.

What is cut off at zero is half zero, and the greatest of some such, or their mean, is zero only if
all are, though neighbours are alike. What has a sign and N levels is zero in one of these.
"""

from collections.abc import Mapping

from tercet.ir.interval import is_signed
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step

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
        read = [found.get(x.name, USUAL) for x in step.operands]
        found[step.result.name] = _density(step, max(read))
    return found


def _density(step: Step, read: float) -> float:
    if step.pooled is not None:
        return _any(read, step.pooled)
    result, (low, high) = step.result, step.closing.bounds
    if not low < result.zero_point < high:
        return USUAL if low <= result.zero_point <= high else 1.0
    return 1 - 1 / (high - low + 1)


def _any(read: float, count: int) -> float:
    """Of the greatest, or the mean, of so many."""
    return read if read > USUAL else 1 - float((1 - read) ** max(1.0, count / ALONE))
