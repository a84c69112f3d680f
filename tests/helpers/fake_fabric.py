"""A network of two layers, and a fabric that is made up: right, or wrong in one chosen place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

import tercet_cosim
import tercet_golden
from tercet.errors import TercetError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import UI8, IntArray, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.targets.door import Artifact, Settings
from tercet.targets.fabric.choice.recorded_search import Search
from tercet.targets.fabric.program.plan import Heard
from tercet.targets.fabric.target import FabricProgram
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.registry import targets
from tercet_golden.vectors import Vectors, make
from tercet_signoff.context import CheckContext
from tercet_signoff.request import Request
from tercet_signoff.stages import Silent, Stages

GRID = Grid(1, 2, 4)


@dataclass(frozen=True)
class FakeLayer:
    name: str
    shape: tuple[int, int]
    """Positions and channels."""
    sum_name: str
    result_name: str
    grid: Grid = GRID
    kind: str = "mac"
    groups: int = 1
    planes: int = 1
    columns: int = 6
    weight_sparsity: float = 0.25


@dataclass(frozen=True)
class FakeSpec:
    name: str = "small"
    tiles: int = 8


@dataclass(frozen=True)
class FakePort:
    name: str


def heard(layer: int) -> Heard:
    """A frame that shows sums and results of a layer; which of its elements is not looked at."""
    return Heard(layer, np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))


@dataclass(frozen=True)
class FakePlan:
    layers: tuple[FakeLayer, ...] = (
        FakeLayer("fc1", (1, 4), "fc1:linear", "fc1:requantize"),
        FakeLayer("fc2", (1, 3), "fc2:linear", "fc2:linear"),
    )
    spec: FakeSpec = FakeSpec()
    heard: Mapping[int, Heard] = field(default_factory=lambda: {0: heard(0), 1: heard(1)})
    outputs: tuple[FakePort, ...] = (FakePort("fc2:linear"),)
    input_bytes: int = 8
    output_bytes: int = 16


@dataclass(frozen=True)
class FakeModel:
    name: str = "tiny"
    module: Any = None
    samples: tuple[IntArray, ...] = ()
    labels: tuple[int, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class FakeCost:
    columns: IntArray
    issued: IntArray
    skip_act: IntArray
    skip_wgt: IntArray
    exec_cycles: IntArray
    efficiency: Any


@dataclass(frozen=True)
class FakePrediction:
    cycles: IntArray
    layers: dict[str, FakeCost]


@dataclass
class FakeRun:
    """What the fabric did. Tests change it."""

    values: dict[str, IntArray]
    cycles: IntArray
    layer_cycles: dict[str, IntArray]
    counters: dict[str, IntArray] = field(default_factory=dict)
    outputs: dict[str, IntArray] = field(default_factory=dict)


def cost(vectors: int) -> FakeCost:
    of = np.ones(vectors, np.int64)
    return FakeCost(24 * of, 12 * of, 8 * of, 4 * of, (20 + np.arange(vectors)), 0.5 * of)


class Simulator:
    """Stands in for `tercet_cosim.run`: hands out `run`, or raises it, and counts how often."""

    def __init__(self, run: FakeRun | Exception) -> None:
        self.run = run
        self.calls = 0

    Memory = object

    def simulate(
        self,
        plan: object,
        x: IntArray,
        *,
        waves: bool,
        memory: object,
        rtl: Path | None,
        out: Path,
        wave: str,
    ) -> FakeRun:
        self.calls += 1
        if isinstance(self.run, Exception):
            raise self.run
        return self.run


class CycleModel:
    """Stands in for `tercet_golden.cycles`."""

    @staticmethod
    def predict(plan: object, *xs: IntArray) -> FakePrediction:
        count = len(xs[0])
        layers = {"fc1": cost(count), "fc2": cost(count)}
        return FakePrediction(50 + np.arange(count), layers)


def context(only: int | None = None) -> CheckContext:
    """Ten real vectors, then the corners; or one of them."""
    rng = np.random.default_rng(3)
    first, second = rng.integers(-1, 2, (4, 6)), rng.integers(-1, 2, (3, 4))
    module = build(
        [tensor((1, 6), UI8)],
        lambda x: [
            one := Linear(x, first, np.arange(4), layer="fc1"),
            two := Requantize(
                one.acc,
                np.full(4, 3),
                np.full(4, 200),
                np.full(4, 3),
                Interval(0, 255),
                Result(UI8, "fc1"),
            ),
            Linear(two.y, second, layer="fc2"),
        ],
    )
    vectors = make(module, rng.integers(0, 256, (10, 6)).astype(np.float64), 10, 1)
    if only is not None:
        here = slice(only, only + 1)
        vectors = Vectors((vectors.x[here],), vectors.labels[here])
    return CheckContext(
        Request("tiny", "small", only=only),
        Stages(Silent()),
        cast(Any, FakeModel()),
        module,
        module,
        {**artifacts_of(module), "fabric": FabricProgram(module, cast(Any, FakePlan()), Search())},
        vectors,
    )


def artifacts_of(module: ModuleOp) -> dict[str, Artifact | TercetError]:
    """What every target but the accelerators makes of a network."""
    hosts = [target for target in targets() if not target.info.accelerates]
    return {target.info.name: target.lower(module, target.options(Settings())) for target in hosts}


def right_run(ctx: CheckContext) -> FakeRun:
    """A fabric that computes what the reference computes, in the predicted cycles."""
    count = len(ctx.vectors.x)
    return FakeRun(
        values={name: array.copy() for name, array in ctx.golden.items()},
        cycles=50 + np.arange(count),
        layer_cycles={"fc1": 20 + np.arange(count), "fc2": 20 + np.arange(count)},
        outputs={"fc2:linear": ctx.golden["fc2:linear"].copy()},
    )


def install(patch: pytest.MonkeyPatch, run: FakeRun | Exception) -> Simulator:
    """Make `run` what the next simulation finds."""
    simulator = Simulator(run)
    patch.setattr(tercet_cosim, "run", simulator, raising=False)
    patch.setattr("tercet_cosim.build.build.build", lambda spec, *, waves, rtl: None)
    patch.setattr(tercet_golden, "cycles", CycleModel, raising=False)
    return simulator
