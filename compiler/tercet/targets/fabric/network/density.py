"""A guess of each tensor's share of activations that are not zero, for the planner's costs alone.

Half of a result that is clipped at zero is zero. The greatest or the mean of several such
elements is zero only if all are, but neighbours are correlated. A signed result of N levels is
zero in one of N.
"""

from collections.abc import Mapping

from tercet.ir.interval import is_signed
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step

USUAL = 0.5
SIGNED = 0.9
"""Density of an input that has a sign."""
ALONE = 1.7
"""Number of correlated neighbours that count as one independent element."""


def densities_of(network: Network) -> Mapping[str, float]:
    """The density of every tensor, by its name."""
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
    """Density of the greatest, or the mean, of `count` elements of density `read`."""
    return read if read > USUAL else 1 - float((1 - read) ** max(1.0, count / ALONE))
