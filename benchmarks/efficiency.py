"""How busy the lanes are: the networks of the zoo on real samples, in the exact model."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from benchmarks.figures import Figures
from benchmarks.measured import (
    CONV,
    COUNT,
    DENSE,
    LATENCY,
    LayerTotal,
    Measured,
    dense,
    measure,
    module_of,
    plan_of,
    products_of,
    samples_of,
)
from tercet.fabric.frame import Kind
from tercet.fabric.spec import NAMED
from tercet.frontends import zoo
from tercet.plan import LayerPlan

TARGETS = {DENSE: 0.85, CONV: 0.70}
LEAST = {DENSE: 64, CONV: 16}
"""Inputs of a slice, or channels, from which on a layer has a target."""
DEPTHWISE, DEPTHWISE_FABRIC = ("keyword_ds_cnn", "mobile_mini"), "small"
EXACT = (
    f"Mean of {COUNT} real samples; memory latency {LATENCY} cycles. The numbers are those of the"
    " exact model, which the regression holds equal to the RTL, cycle by cycle."
)


@dataclass(frozen=True)
class Target:
    """A layer that has one."""

    layer: LayerPlan
    kind: str
    inputs: int
    """Of a slice, or channels in all."""


def run() -> tuple[Figures, ...]:
    return networks(), layers(), skipped(), depthwise()


@cache
def measured(model: str, fabric: str) -> Measured:
    """A model on a fabric, its layers with targets looked at more closely."""
    plan = plan_of(model, fabric)
    return measure(plan, samples_of(model), targets_of(model, fabric))


@cache
def targets_of(model: str, fabric: str) -> dict[int, Target]:
    """The layers that have a target, by their numbers."""
    products, found = products_of(module_of(model)), {}
    for number, layer in enumerate(plan_of(model, fabric).layers):
        kind, inputs = products.get(layer.name, ("", 0))
        inputs //= layer.grid.slices if kind == DENSE else 1
        if layer.kind == "mac" and kind and inputs >= LEAST[kind]:
            found[number] = Target(layer, kind, inputs)
    return found


def cases() -> Iterator[tuple[str, str]]:
    """Fabrics and models."""
    return ((fabric, model) for fabric in NAMED for model in zoo.names())


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


def layers() -> Figures:
    """A row for every layer that has a target."""
    rows = [
        (fabric, f"{model} {target.layer.name}", *_layer(target, *_totals(model, fabric, number)))
        for fabric, model in cases()
        for number, target in targets_of(model, fabric).items()
    ]
    reached = sum(row[-1] == "" for row in rows)
    return Figures(
        "Layers: efficiency of those with a target",
        (
            "fabric",
            "layer",
            "kind",
            "inputs",
            "grid",
            "columns a pass",
            "values a pass",
            "cycles",
            "efficiency",
            "target",
            "drain",
            "tokens",
            "start",
            "uneven",
            "missed by",
        ),
        tuple(rows),
        (
            f"{reached} of {len(rows)} reach their targets: {TARGETS[DENSE]} for dense layers of"
            f" {LEAST[DENSE]} inputs a slice or more, {TARGETS[CONV]} for 3x3 convolutions of"
            f" {LEAST[CONV]} channels or more. Grid: bands of positions x slices of inputs x slices"
            " of outputs. Columns a pass: issued, mean of the tiles.",
            "Where the rest of the cycles goes, as shares: drain, what is gained when each pass"
            " drains one value and not all (by the same model); tokens, one cycle a pass and plane;"
            " start, before the first column of a frame and behind its last; uneven, tiles that"
            " wait for the one with most columns in a pass, or have no work.",
        ),
    )


def _totals(model: str, fabric: str, layer: int) -> tuple[LayerTotal, int]:
    return measured(model, fabric).layers[layer, Kind.MAC], NAMED[fabric].tiles


def losses(target: Target, total: LayerTotal, tiles: int) -> dict[str, float]:
    """Shares of a layer's cycles in which its tiles, in the mean, issue nothing."""
    tokens, issued = total.passes * target.layer.planes, total.issued / tiles
    found = {
        "drain": total.cycles - total.undrained,
        "tokens": tokens,
        "start": total.idle,
        "uneven": total.undrained - total.idle - tokens - issued,
    }
    return {name: cycles / total.cycles for name, cycles in found.items()}


def _layer(target: Target, total: LayerTotal, tiles: int) -> tuple[str, ...]:
    lost, wanted = losses(target, total, tiles), TARGETS[target.kind]
    efficiency, passes = total.issued / (tiles * total.cycles), max(total.passes, 1)
    return (
        target.kind,
        str(target.inputs),
        str(target.layer.grid),
        f"{total.issued / tiles / passes:.1f}",
        f"{total.values / passes:.1f}",
        f"{total.cycles / COUNT:,.0f}",
        f"{efficiency:.2f}",
        f"{wanted:.2f}",
        *(f"{share:.0%}" for share in lost.values()),
        "" if efficiency >= wanted else f"**{max(lost, key=lost.__getitem__)}**",
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
