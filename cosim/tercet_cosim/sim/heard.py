"""What the ears of the testbench heard, put in the order of the network's channels."""

import numpy as np
import numpy.typing as npt

from tercet.errors import TercetError
from tercet.fabric.frame import Exec
from tercet.ir.types import IntArray
from tercet.plan import LayerPlan, Plan
from tercet_cosim.sim.job import Outcome


def values_of(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """Sums and results of every layer [V, N], from what the ears heard."""
    tiles, vectors = plan.spec.tiles, len(outcome.outputs)
    found: dict[str, IntArray] = {}
    for i, layer in enumerate(plan.layers):
        heard = outcome.values[np.isin(outcome.values[:, 1], _frames_of(plan, i))]
        shape = (vectors, layer.mapping.stream, tiles)
        if len(heard) != vectors * layer.mapping.stream:
            raise TercetError(
                f"{layer.name}: the fabric wrote {len(heard)} values for {vectors} vectors, not"
                f" {layer.mapping.stream} for each"
            )
        results = heard[:, 2 : 2 + tiles].astype(np.int64).reshape(shape)
        sums = heard[:, 2 + tiles :].astype(np.int64).reshape(shape)
        found[layer.sum_name] = _ordered(layer, sums) + layer.bias
        found[layer.result_name] = _ordered(layer, results)
    return found


def layer_cycles_of(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """Cycles in which the EXEC frames of each layer ran [V]."""
    vectors = len(outcome.outputs)
    found = {}
    for i, layer in enumerate(plan.layers):
        mine = outcome.frames[np.isin(outcome.frames[:, 1], _frames_of(plan, i))]
        found[layer.name] = np.bincount(mine[:, 0], mine[:, 2], vectors).astype(np.int64)
    return found


def _frames_of(plan: Plan, layer: int) -> list[int]:
    """Numbers of the EXEC frames of a layer in the program."""
    frames = enumerate(plan.infer.frames)
    return [i for i, frame in frames if isinstance(frame, Exec) and frame.layer == layer]


def _ordered(layer: LayerPlan, heard: npt.NDArray[np.int64]) -> IntArray:
    """Values [V, N] by channel, of those heard [V, value, tile]."""
    mapping = layer.mapping
    picked = np.take_along_axis(heard, mapping.sources[None], axis=2)
    by_channel = np.zeros((len(heard), mapping.outputs), np.int64)
    real = mapping.events >= 0
    by_channel[:, mapping.events[real]] = picked[:, real]
    return by_channel
