"""A network as the planner takes it: thresholds around zero, each output made by one step."""

from dataclasses import replace

import numpy as np

from tercet.plan.assign import copy_of, operands_of
from tercet.plan.steps import Network, Step, Thresholds, Vector

FAR = 1 << 40
"""Beyond every sum."""


def normal(network: Network) -> Network:
    """Thresholds that count to zero, of values as repeated items; outputs that one step writes."""
    steps = [_repeated(_from_zero(step)) for step in network.steps]
    made = {step.result: step for step in steps}
    read = {x for step in steps for x in operands_of(step)}
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
    """With thresholds that all sums reach, or none, until zero is among the results.

    For channels that there are not, whose place in bank B has to be zero.
    """
    closing, zero = step.closing, step.result.zero_point
    if not isinstance(closing, Thresholds):
        return step
    below = max(0, closing.low - zero)
    above = max(0, zero - closing.low - closing.steps.shape[1])
    steps = np.pad(closing.steps, ((0, 0), (below, above)), constant_values=((0, 0), (-FAR, FAR)))
    return replace(step, closing=Thresholds(steps, closing.low - below))


def _repeated(step: Step) -> Step:
    if isinstance(step, Vector) and isinstance(step.closing, Thresholds):
        times = step.closing.steps.shape[1]
        return replace(step, items=np.repeat(step.items, times, axis=1))
    return step
