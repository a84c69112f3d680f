"""Random networks of dense layers, with weights and quantizers unlike trained ones."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import CapacityError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build, input_type
from tercet.ir.types import UI8, Int, IntArray, tensor
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.sum_pool import SumPool
from tercet.ops.threshold import Threshold
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import Choice, choose, options_of
from tercet.targets.fabric.format.spec import MUL_BITS, FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet.targets.fabric.stages.assign import assign
from tercet.targets.fabric.stages.shaping import shape_all
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError

Closing = Callable[[np.random.Generator, Linear | Conv | SumPool, IntArray], Requantize | Threshold]
"""A function that makes a layer's quantizer from observed sums [S, N, ...]."""
SEEN = 64
"""The number of vectors by which the quantizers are fitted."""
MOST_MUL, MOST_SHIFT = 1 << (MUL_BITS - 1), 44
"""The fabric's bound of multipliers, and shifts that leave room for the addend."""
TRIES = 100


def requantized(element: Int) -> Closing:
    """Multipliers of either sign and any size, so that results spread over the whole type."""

    def close(
        rng: np.random.Generator, linear: Linear | Conv | SumPool, sums: IntArray
    ) -> Requantize:
        inner, sums = _by_channel(sums)
        held, n = Interval.of(element), sums.shape[1]
        zero = int(rng.integers(held.low, held.high, endpoint=True))
        gain = (held.high - held.low) / np.maximum(np.ptp(sums, axis=0), 1)
        sign = rng.choice([-1, 1], n)
        wanted = np.exp2(rng.uniform(0, np.log2(MOST_MUL - 1), n))
        shift = np.clip(np.rint(np.log2(wanted / gain)), 0, MOST_SHIFT).astype(np.int64)
        mul = np.clip(np.rint(gain * np.exp2(shift)), 1, MOST_MUL - 1).astype(np.int64) * sign
        middle = (held.high + held.low + 1) // 2 << shift
        add = middle - mul * np.median(sums, axis=0).astype(np.int64) + rng.integers(-2, 3, n)
        return Requantize(
            linear.acc,
            mul,
            add,
            shift,
            held,
            Result(element, linear.layer.data, inner=inner, zero_point=zero),
        )

    return close


def thresholded(element: Int) -> Closing:
    """Thresholds among the observed sums, some of them twice."""

    def close(
        rng: np.random.Generator, linear: Linear | Conv | SumPool, sums: IntArray
    ) -> Threshold:
        inner, sums = _by_channel(sums)
        held = Interval.of(element)
        picks = rng.integers(0, len(sums), (held.high - held.low, sums.shape[1]))
        steps = np.sort(np.take_along_axis(sums, picks, axis=0).T, axis=1)
        zero = int(rng.integers(held.low, held.high, endpoint=True))
        return Threshold(
            linear.acc,
            steps,
            held.low,
            Result(element, linear.layer.data, inner=inner, zero_point=zero),
        )

    return close


def _by_channel(sums: IntArray) -> tuple[int, IntArray]:
    """Elements of a channel, and sums [S, N, ...] as [samples, N]."""
    inner = int(np.prod(sums.shape[2:], dtype=np.int64))
    return inner, np.moveaxis(sums, 1, -1).reshape(-1, sums.shape[1])


def network(
    rng: np.random.Generator,
    widths: Sequence[int],
    closings: Sequence[Closing | None],
    *,
    entry: Int = UI8,
    entry_zero: int = 0,
    density: float = 0.6,
) -> ModuleOp:
    """Layers of `widths` (inputs first), each closed by its quantizer; None: sums are the result.

    `density` is the share of weights that are not zero; every fifth input is unused altogether.
    """
    held = Interval.of(entry)

    def body(value: SSAValue) -> list[Linear | Requantize | Threshold]:
        seen = rng.integers(held.low, held.high, (SEEN, widths[0]), np.int64, endpoint=True)
        zero, ops = entry_zero, list[Linear | Requantize | Threshold]()
        for i, ((inputs, outputs), closing) in enumerate(
            zip(pairwise(widths), closings, strict=True)
        ):
            bias = rng.integers(-200, 200, outputs)
            trits = _trits(rng, outputs, inputs, density)
            linear = Linear(value, trits, bias, zero, layer=f"fc{i + 1}")
            ops.append(linear)
            seen = linear.reference(seen)
            if closing is None:
                break
            closed = closing(rng, linear, seen)
            ops.append(closed)
            seen, value = closed.reference(seen), closed.y
            zero = 0 if closed.zero_point is None else closed.zero_point.value.data
        return ops

    return build([tensor((1, widths[0]), entry)], body)


def inputs(rng: np.random.Generator, module: ModuleOp, count: int, zero: int) -> IntArray:
    """Vectors [V, K]: all zero, both ends, then noise of which a share of 0 to 1 is zero."""
    kind = input_type(module)
    held, width = Interval.of(kind.element_type), kind.get_shape()[1]
    x = rng.integers(held.low, held.high, (count, width), np.int64, endpoint=True)
    x[rng.random(x.shape) < np.linspace(0, 1, count)[:, None]] = zero
    x[:3] = np.array([[zero], [held.low], [held.high]])[: min(3, count)]
    return x


def randomly(rng: np.random.Generator) -> Chooser:
    """A random choice among compatible grids."""

    def chosen(network: Network, spec: FabricSpec, asked: Asked = USUAL) -> Sequence[Choice]:
        options = {step: options_of(step, spec) for step in network.steps}
        bands = Grid(spec.tiles, 1, 1)
        for attempt in range(TRIES):
            share = 1 - attempt / TRIES
            drawn = {
                step: found[int(rng.integers(len(found)))] if rng.random() < share else bands
                for step, found in options.items()
            }
            try:
                shape_all(assign(network, drawn, spec.lanes), spec)
            except IncompatibleError:
                continue
            return [Choice(drawn)]
        return choose(network, spec, asked)

    return chosen


def planned_anyhow(rng: np.random.Generator, module: ModuleOp, spec: FabricSpec) -> Plan:
    """A plan in which every step has a random grid."""

    def choose(net: Network, spec: FabricSpec, asked: Asked) -> Sequence[Choice]:
        options = {step: options_of(step, spec) for step in net.steps}
        drawn = {step: grids[int(rng.integers(len(grids)))] for step, grids in options.items()}
        return [Choice(drawn)]

    for _ in range(TRIES):
        try:
            return make(module, spec, chooser=choose)
        except (CapacityError, IncompatibleError):
            continue  # these grids are not compatible
    raise AssertionError(f"{TRIES} draws gave no plan")


def _trits(rng: np.random.Generator, outputs: int, inputs: int, density: float) -> IntArray:
    share = [density / 2, 1 - density, density / 2]
    trits = rng.choice(np.array([-1, 0, 1]), (outputs, inputs), p=share)
    trits[:, rng.random(inputs) < 0.2] = 0
    return trits.astype(np.int64)
