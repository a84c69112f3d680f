"""A test that the accumulators are wide enough for every input and every order of summation."""

import numpy as np

from tercet.errors import CapacityError
from tercet.ir.interval import Interval
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.steps.step import Accumulators, Step
from tercet.targets.fabric.tiles.tensor import Tensor

WIDEST = 32


def reach(sums: Accumulators, x: Tensor) -> Interval:
    """Interval of every partial sum of every channel, before the bias, planes included.

    A sum of planes passes through 3^i times its upper planes, whose magnitude a weight of the
    balanced digits bounds by 3/2 of its own and a half: twice the weights' reach is enough.
    """
    held = Interval.of(x.element)
    ends = np.array([0, held.low - x.zero_point, held.high - x.zero_point])
    terms = sums.weights.reshape(len(sums.weights), -1)[:, :, None] * ends
    low, high = terms.min(axis=2).sum(axis=1), terms.max(axis=2).sum(axis=1)
    times = 1 if abs(sums.weights).max(initial=0) <= 1 else 2
    return Interval(int(low.min()) * times, int(high.max()) * times)


def check_width(step: Step, spec: FabricSpec) -> None:
    """Raise CapacityError if the accumulators are too narrow for the step."""
    if step.accumulators is None:
        return
    sums, most = reach(step.accumulators, step.operands[0]), (1 << (spec.acc_width - 1)) - 1
    largest = max(-sums.low, sums.high)
    if largest < most:  # `most` itself stands for a threshold that is never reached
        return
    needed = (largest + 1).bit_length() + 1
    way_out = f"choose --fabric {spec.name},ACC_W={needed}" if needed <= WIDEST else "split it"
    raise CapacityError(
        f"its sums reach {largest}, accumulators of {spec.acc_width} bits hold less than {most}",
        layer=step.name,
        way_out=way_out,
    )
