"""No accumulator of the fabric may leave its range, whatever the input and in whatever order."""

import numpy as np

from tercet.errors import CapacityError
from tercet.fabric.spec import FabricSpec
from tercet.ir.interval import Interval
from tercet.ir.types import tensor_type
from tercet.plan.layers import Layer

WIDEST = 32


def reach(layer: Layer) -> Interval:
    """What any part of any channel's sum can be, before the bias."""
    held = Interval.of(tensor_type(layer.linear.x).element_type)
    ends = np.array([0, held.low - layer.zero_point, held.high - layer.zero_point])
    terms = layer.matrix[:, :, None] * ends
    low, high = terms.min(axis=2).sum(axis=1), terms.max(axis=2).sum(axis=1)
    return Interval(int(low.min()), int(high.max()))


def check_width(layer: Layer, spec: FabricSpec) -> None:
    """Raises CapacityError when the accumulators are too narrow for the layer."""
    sums, most = reach(layer), (1 << (spec.acc_width - 1)) - 1
    largest = max(-sums.low, sums.high)
    if largest < most:  # `most` itself stands for a threshold that is never reached
        return
    needed = (largest + 1).bit_length() + 1
    way_out = f"choose --fabric {spec.name},ACC_W={needed}" if needed <= WIDEST else "split it"
    raise CapacityError(
        f"{layer.name}: its sums reach {largest}, accumulators of {spec.acc_width} bits hold less"
        f" than {most}: {way_out}"
    )
