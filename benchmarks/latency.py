"""One inference of tfmbs_mlp on tfmbs, batch one, weights resident: doorbell to irq."""

import numpy as np

from benchmarks.figures import Figures
from tercet import frontends, passes
from tercet.fabric.spec import named
from tercet.ir.module import input_type
from tercet.ir.types import IntArray
from tercet.plan import make
from tercet_cosim.run import LATENCY, Memory, simulate
from tercet_golden import cycles, integer
from tercet_golden.vectors import make as vectors

MODEL, FABRIC = "tfmbs_mlp", "tfmbs"
COUNT, SEED = 64, 1
TFMBS = 5056
"""Cycles that TFMBS was measured to need on the same sizes and lanes, with right answers; it takes
4,813 with wrong ones."""
TARGETS = {"20 % non-zero": "480", "none zero": "1,000"}
TARGET_EFFICIENCY = 0.85


def run() -> Figures:
    model = frontends.resolve(MODEL)
    module = passes.run(frontends.load(model.module, model.example))
    plan = make(module, named(FABRIC))
    width = input_type(module).get_shape()[-1]
    kinds = {
        "20 % non-zero": _noise(width, 0.2),
        "none zero": _noise(width, 1.0),
        "real digits": vectors(module, model.samples, COUNT, SEED).x[:COUNT].reshape(COUNT, -1),
    }
    rows = []
    for kind, x in kinds.items():
        values = integer.run(module, x)
        found, predicted = simulate(plan, x, memory=Memory(LATENCY)), cycles.predict(plan, values)
        wrong = int((found.values["output"] != values[plan.layers[-1].result_name]).sum())
        assert wrong == 0, f"{wrong} outputs are wrong"
        equal = np.array_equal(found.cycles, predicted.cycles)
        efficiency = predicted.layers[plan.layers[0].name].efficiency
        rows.append(
            (
                kind,
                f"{100 * float((x != 0).mean()):.1f} %",
                f"{found.cycles.mean():.0f}",
                f"{found.cycles.max()}",
                TARGETS.get(kind, ""),
                "all equal" if equal else "DIFFERS",
                f"{TFMBS / found.cycles.mean():.1f}",
                f"{efficiency.mean():.3f}",
                f"{efficiency.min():.3f}",
            )
        )
    return Figures(
        f"Latency: {MODEL} on {FABRIC}, doorbell to irq",
        (
            "inputs",
            "non-zero",
            "cycles, mean",
            "most",
            "target",
            "predicted",
            "TFMBS / ours",
            "fc1 efficiency, mean",
            "least",
        ),
        tuple(rows),
        (
            f"{COUNT} vectors each, seed {SEED}; memory latency {LATENCY} cycles; input load and"
            " output store included; measured in the RTL, every output equal to the reference.",
            f"TFMBS takes {TFMBS:,} cycles on as many lanes, or 4,813 with wrong answers.",
            f"Efficiency: columns issued / (tiles x EXEC cycles); target {TARGET_EFFICIENCY}.",
        ),
    )


def _noise(width: int, density: float) -> IntArray:
    """Vectors [V, width] of which exactly this share is not zero."""
    rng = np.random.default_rng(SEED)
    x = np.zeros((COUNT, width), np.int64)
    for row in x:
        places = rng.permutation(width)[: round(density * width)]
        row[places] = rng.integers(1, 256, len(places))
    return x
