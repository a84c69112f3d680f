"""One inference of tfmbs_mlp on tfmbs, batch one, weights resident: doorbell to irq."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from benchmarks.figures import Figures
from tercet import frontends, passes
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build, input_type, ops_of
from tercet.ir.op import LayerOp
from tercet.ir.types import UI8, IntArray
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet_cosim.run import LATENCY, Memory, simulate
from tercet_golden import cycles, integer
from tercet_golden.vectors import make as vectors

MODEL, FABRIC = "tfmbs_mlp", "tfmbs"
COUNT, SEED = 64, 1
TFMBS = 5056
"""Cycles that TFMBS was measured to need on the same sizes and lanes, with right answers; it takes
4,813 with wrong ones."""
TARGET_EFFICIENCY = 0.85


def run() -> Figures:
    model = frontends.resolve(MODEL)
    trained = passes.run(frontends.load(model.module, model.example))
    width = input_type(trained).get_shape()[-1]
    sparse, dense = _noise(width, 0.2), _noise(width, 1.0)
    real = vectors(trained, model.samples, COUNT, SEED).x[:COUNT].reshape(COUNT, -1)
    cases = (
        ("trained", trained, "20 % non-zero", sparse, "480"),
        ("trained", trained, "none zero", dense, "1,000"),
        ("trained", trained, "real digits", real, ""),
        ("none zero", _full(trained), "20 % non-zero", sparse, "480"),
        ("none zero", _full(trained), "none zero", dense, "1,000"),
    )
    return Figures(
        f"Latency: {MODEL} on {FABRIC}, doorbell to irq",
        (
            "weights",
            "inputs",
            "cycles, mean",
            "most",
            "target",
            "predicted",
            "TFMBS / ours",
            "fc1 efficiency, mean",
            "least",
        ),
        tuple(
            (weights, inputs, *_measured(module, x, target))
            for weights, module, inputs, x, target in cases
        ),
        (
            f"{COUNT} vectors each, seed {SEED}; memory latency {LATENCY} cycles; input load and"
            " output store included; measured in the RTL, every output equal to the reference.",
            f"TFMBS takes {TFMBS:,} cycles on as many lanes, or 4,813 with wrong answers.",
            f"Efficiency: columns issued / (tiles x EXEC cycles); target {TARGET_EFFICIENCY}.",
        ),
    )


def _measured(module: ModuleOp, x: IntArray, target: str) -> tuple[str, ...]:
    """The figures of one network on one set of inputs."""
    plan = make(module, named(FABRIC))
    values = integer.run(module, x)
    found, predicted = simulate(plan, x, memory=Memory(LATENCY)), cycles.predict(plan, x)
    wrong = sum(int((y != values[k].reshape(y.shape)).sum()) for k, y in found.outputs.items())
    assert wrong == 0, f"{wrong} outputs are wrong"
    equal = np.array_equal(found.cycles, predicted.cycles)
    efficiency = predicted.layers[plan.layers[0].name].efficiency
    return (
        f"{found.cycles.mean():.0f}",
        f"{found.cycles.max()}",
        target,
        "all equal" if equal else "DIFFERS",
        f"{TFMBS / found.cycles.mean():.1f}",
        f"{efficiency.mean():.3f}",
        f"{efficiency.min():.3f}",
    )


def _full(module: ModuleOp) -> ModuleOp:
    """A network of the same sizes in which no weight is zero: trained ones have zero columns."""
    rng = np.random.default_rng(SEED)
    shapes = [op.matrix().shape for op in ops_of(module) if isinstance(op, Linear)]
    first, last = (rng.choice([-1, 1], shape) for shape in shapes)
    ones = np.ones(len(first), np.int64)

    def body(x: SSAValue) -> list[LayerOp]:
        hidden = Linear(x, first, layer="fc1")
        clip = Interval(0, 255)
        active = Requantize(hidden.acc, ones, 0 * ones, 5 * ones, clip, Result(UI8, "fc1"))
        return [hidden, active, Linear(active.y, last, layer="fc2")]

    return build([input_type(module)], body)


def _noise(width: int, density: float) -> IntArray:
    """Vectors [V, width] of which exactly this share is not zero."""
    rng = np.random.default_rng(SEED)
    x = np.zeros((COUNT, width), np.int64)
    for row in x:
        places = rng.permutation(width)[: round(density * width)]
        row[places] = rng.integers(1, 256, len(places))
    return x
