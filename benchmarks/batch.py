"""Cycles of an input in programs of several inputs, by the cycle model, which the RTL equals."""

import numpy as np

from benchmarks.figures import Figures
from tercet import frontends, passes
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet_golden import integer
from tercet_golden.cycles import predict
from tercet_golden.cycles.predict import LATENCY
from tercet_golden.vectors import make as vectors

MODELS = ("tfmbs_mlp", "digits_mlp", "digits_cnn", "digits_resnet", "keyword_ds_cnn", "mobile_mini")
FABRICS = ("tfmbs", "small")
BATCHES = (1, 2, 8)
COUNT, SEED = 16, 1


def run() -> Figures:
    return Figures(
        "Batch: cycles an input, by inputs of one program",
        ("network", "fabric", *(f"batch {n}" for n in BATCHES), f"1 / {BATCHES[-1]}"),
        tuple(_row(model, fabric) for model in MODELS for fabric in FABRICS),
        (
            f"Mean of {COUNT} real inputs, seed {SEED}, doorbell to irq over the batch; memory"
            f" latency {LATENCY} cycles; every output equal to the reference.",
            "By the cycle model, to which the regression holds the RTL, batches included.",
        ),
    )


def _row(name: str, fabric: str) -> tuple[str, ...]:
    model = frontends.resolve(name)
    module = passes.run(frontends.capture(model))
    xs = tuple(x[:COUNT] for x in vectors(module, model.samples, COUNT, SEED).xs)
    want, means = integer.run(module, *xs), []
    for batch in BATCHES:
        plan = make(module, named(fabric), batch=batch)
        found = predict(plan, *xs)
        for output, values in plan.unpack(found.outputs, COUNT).items():
            assert np.array_equal(values, want[output].reshape(COUNT, -1)), f"{output} is wrong"
        means.append(float(found.cycles.sum()) / COUNT)
    return name, fabric, *(f"{mean:,.0f}" for mean in means), f"{means[0] / means[-1]:.2f}"
