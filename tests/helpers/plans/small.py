"""Small networks with everything that the planner lays out, and their stages on random grids."""

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, tensor
from tercet.ops.add import Add
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape
from tercet.targets.fabric.choice.search import options_of
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.placement.activations import in_bank_b
from tercet.targets.fabric.stages.assign import Assigned, assign
from tercet.targets.fabric.stages.shaping import shape_all
from tercet.targets.fabric.stages.stage import Stage, staged
from tercet.targets.fabric.stages.turned_lanes import turned
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout

BYTE, AROUND = Interval(0, 255), ((1, 1), (1, 1))
TRIES = 200


def residual(
    rng: np.random.Generator, size: int = 6, channels: int = 4, *, widest: int = 1
) -> ModuleOp:
    """A stem, a block whose depthwise branch meets its input, a max pool, a dense layer.

    Weights reach from -widest to widest; zero points are not zero.
    """

    def conv(x: SSAValue, inputs: int, groups: int, zero: int, layer: str) -> Conv:
        weight = rng.integers(-widest, widest + 1, (channels, inputs // groups, 3, 3))
        windows = {"stride": (1, 1), "padding": AROUND, "dilation": (1, 1)}
        return Conv(x, weight, None, zero, groups=groups, layer=layer, **windows)  # type: ignore[arg-type]

    def closed(conv: Conv, zero: int, layer: str) -> Requantize:
        mul, add = rng.integers(1, 9, channels), rng.integers(0, 9000, channels)
        shift = np.full(channels, 6)
        inner = size * size
        return Requantize(
            conv.acc, mul, add, shift, BYTE, Result(UI8, layer, inner=inner, zero_point=zero)
        )

    def body(x: SSAValue) -> list[IntegerOp]:
        stem = conv(x, 2, 1, 0, "stem")
        act = closed(stem, 3, "stem")
        branch = conv(act.y, channels, channels, 3, "branch")
        other = closed(branch, 5, "branch")
        one = np.ones(1, np.int64)
        join = Add(act.y, other.y, one, one, -8 * one, one, BYTE, Result(UI8, "join", zero_point=2))
        half = {"kernel": (2, 2), "stride": (2, 2), "padding": ((0, 0), (0, 0))}
        pool = MaxPool(join.y, dilation=(1, 1), layer="pool", **half)  # type: ignore[arg-type]
        count = channels * (size // 2) ** 2
        flat = Reshape(pool.y, (count,), layer="flat")
        dense = Linear(flat.y, rng.integers(-1, 2, (7, count)), None, 2, layer="dense")
        return [stem, act, branch, other, join, pool, flat, dense]

    return build([tensor((1, 2, size, size), UI8)], body)


@dataclass(frozen=True, eq=False)
class Staged:
    """A network on grids that go together."""

    network: Network
    stages: tuple[Stage, ...]

    def layouts(self) -> list[Layout]:
        """Of everything that lies in bank B."""
        found = {layout.tensor: layout for s in self.stages for layout in s.shape.reads}
        return list(found.values())


def staged_anyhow(
    rng: np.random.Generator, module: ModuleOp, spec: FabricSpec, *, turn: bool = False
) -> Staged:
    """The network on grids drawn by chance, with lanes that `turn` from band to band."""
    network = normal(lower(module))
    assigned = drawn(rng, network, spec)
    shapes = shape_all(assigned, spec)
    each = range(len(shapes))
    placed, _ = in_bank_b([turned(s) if turn else s for s in shapes], each, each, spec)
    return Staged(assigned.network, tuple(staged(shape, spec) for shape in placed))


def drawn(rng: np.random.Generator, network: Network, spec: FabricSpec) -> Assigned:
    """Grids by chance; copies where readers disagree."""

    def pick(step: Step) -> Grid:
        found = options_of(step, spec)
        return found[int(rng.integers(len(found)))]

    for _ in range(TRIES):
        try:
            assigned = assign(network, {step: pick(step) for step in network.steps}, spec.lanes)
            shape_all(assigned, spec)
        except IncompatibleError:
            continue
        return assigned
    raise AssertionError(f"{TRIES} draws gave no grids that go together")
