"""How busy the lanes are: the networks of the zoo on real samples, in the exact model."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.figures import Figures
from benchmarks.layers import cases, layers, measured
from benchmarks.measured import COUNT, LATENCY, Measured, dense, measure, plan_of, samples_of
from tercet.targets.fabric.format.frame import Kind

DEPTHWISE, DEPTHWISE_FABRIC = ("keyword_ds_cnn", "mobile_mini"), "small"
EXACT = (
    f"Mean of {COUNT} real samples; memory latency {LATENCY} cycles. The numbers are those of the"
    " exact model, which the regression holds equal to the RTL, cycle by cycle."
)


def run() -> tuple[Figures, ...]:
    return networks(), layers(), skipped(), depthwise()


def networks() -> Figures:
    """A row for every network and fabric."""
    return Figures(
        "Networks: cycles and efficiency",
        (
            "fabric",
            "network",
            "cycles",
            "EXEC cycles",
            "ideal",
            "efficiency",
            "EXEC without MAC",
            "bytes loaded",
            "EXEC waits for loads",
        ),
        tuple((fabric, model, *_network(measured(model, fabric))) for fabric, model in cases()),
        (
            EXACT,
            "Ideal: columns issued / tiles, the cycles if every tile issued one in each."
            " Efficiency: ideal / EXEC cycles. EXEC without MAC: share of the EXEC cycles in which"
            " values are worked out one by one (pools, sums, copies) or exported. Waits: share of"
            " all cycles in which no EXEC runs and the next one needs a LOAD that has not"
            " finished, inputs and streamed weights alike.",
        ),
    )


def _network(found: Measured) -> tuple[str, ...]:
    ideal, cycles = found.total("issued") / found.plan.spec.tiles, found.total("cycles")
    return (
        f"{found.cycles / COUNT:,.0f}",
        f"{cycles / COUNT:,.0f}",
        f"{ideal / COUNT:,.0f}",
        f"{ideal / cycles:.2f}",
        f"{found.total('cycles', Kind.VECTOR, Kind.EXPORT) / cycles:.0%}",
        f"{found.loaded / COUNT:,.0f}",
        f"{found.waits / found.cycles:.0%}",
    )


def skipped() -> Figures:
    """What zero-skip saves."""
    return Figures(
        "Zero-skip: on against off",
        (
            "fabric",
            "network",
            "EXEC cycles on",
            "off",
            "on / off",
            "MAC frames alone",
            "density",
            "outputs",
        ),
        tuple((fabric, model, *_skipped(model, fabric)) for fabric, model in cases()),
        (
            EXACT,
            "Density: columns in which neither the activation nor all weights are zero, of those"
            " that are walked over.",
        ),
    )


def _skipped(model: str, fabric: str) -> tuple[str, ...]:
    on, off = measured(model, fabric), measure(dense(plan_of(model, fabric)), samples_of(model))
    assert np.array_equal(on.outputs, off.outputs), f"{model} on {fabric}: zero-skip changes it"
    assert off.total("issued") == off.total("columns") == on.total("columns")
    cycles = on.total("cycles"), off.total("cycles")
    return (
        f"{cycles[0] / COUNT:,.0f}",
        f"{cycles[1] / COUNT:,.0f}",
        f"{cycles[0] / cycles[1]:.2f}",
        f"{on.total('cycles', Kind.MAC) / off.total('cycles', Kind.MAC):.2f}",
        f"{on.total('issued') / on.total('columns'):.2f}",
        "equal",
    )


def depthwise() -> Figures:
    """How many lanes a convolution keeps busy that has no channels to sum over."""
    return Figures(
        f"Depthwise: lanes that work, on {DEPTHWISE_FABRIC}",
        ("layer", "channels", "grid", "cycles", "efficiency", "lanes with work"),
        tuple(row for model in DEPTHWISE for row in _depthwise(model)),
        (
            "Lanes with work: those whose weight and activation are not zero, of all lanes in the"
            " columns issued, by the counters of TELEMETRY=2. Efficiency counts columns, as"
            " elsewhere.",
        ),
    )


def _depthwise(model: str) -> Iterator[tuple[str, ...]]:
    plan = plan_of(model, DEPTHWISE_FABRIC)
    spec = replace(plan.spec, telemetry=2)
    found = measure(replace(plan, spec=spec), samples_of(model))
    for number, layer in enumerate(plan.layers):
        if layer.kind == "depthwise":
            total = found.layers[number, Kind.MAC]
            yield (
                f"{model} {layer.name}",
                str(layer.shape[1]),
                str(layer.grid),
                f"{total.cycles / COUNT:,.0f}",
                f"{total.issued / spec.tiles / total.cycles:.2f}",
                f"{total.active / (total.issued * spec.lanes):.1%}",
            )
