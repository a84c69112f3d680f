"""The network in the form that the planner takes: thresholds around zero, one step an output."""

from dataclasses import replace

import numpy as np

from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.closings import Thresholds
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.steps.vector import copy_of

FAR = 1 << 40
"""A threshold beyond every sum."""


def normal(network: Network) -> Network:
    """The network with thresholds whose results include zero, and outputs that one step makes."""
    steps = [_from_zero(step) for step in network.steps]
    made = {step.result: step for step in steps}
    read = {x for step in steps for x in step.operands}
    outputs = []
    for tensor in network.outputs:
        if tensor in made and tensor not in read and tensor not in outputs:
            outputs.append(tensor)
        else:
            twin = replace(tensor)
            steps.append(copy_of(tensor, twin))
            outputs.append(twin)
    orders = network.output_orders or tuple(x.order for x in network.outputs)
    return Network(network.inputs, tuple(steps), tuple(outputs), orders)


def _from_zero(step: Step) -> Step:
    """The step with thresholds added that all sums reach, or none, until zero is a possible result.

    Lanes without a channel need it: their results in bank B must be zero.
    """
    closing, zero = step.closing, step.result.zero_point
    if not isinstance(closing, Thresholds):
        return step
    below = max(0, closing.low - zero)
    above = max(0, zero - closing.low - closing.steps.shape[1])
    steps = np.pad(closing.steps, ((0, 0), (below, above)), constant_values=((0, 0), (-FAR, FAR)))
    return step.counting(Thresholds(steps, closing.low - below))
