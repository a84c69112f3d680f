"""How busy the lanes are in layers that are large enough for a target, and what is in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from benchmarks.figures import Figures
from benchmarks.measured import (
    CONV,
    COUNT,
    DENSE,
    LayerTotal,
    Measured,
    measure,
    module_of,
    plan_of,
    products_of,
    samples_of,
)
from tercet.frontends import zoo
from tercet.targets.fabric.format.frame import Kind
from tercet.targets.fabric.format.spec import NAMED
from tercet.targets.fabric.program.plan import LayerPlan

TARGETS = {DENSE: 0.85, CONV: 0.70}
LEAST = {DENSE: 64, CONV: 16}
"""Inputs of a slice, or channels, from which on a layer has a target."""


@dataclass(frozen=True)
class Target:
    """A layer that has one."""

    layer: LayerPlan
    kind: str
    inputs: int
    """Of a slice, or channels in all."""


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


def layers() -> Figures:
    """A row for every layer that has a target."""
    found = [
        (f"{model} {target.layer.name}", fabric, target, *_totals(model, fabric, number))
        for fabric, model in cases()
        for number, target in targets_of(model, fabric).items()
    ]
    rows = [
        (fabric, name, *_layer(target, total, tiles))
        for name, fabric, target, total, tiles in found
    ]

    def reach(drain: float = 0.0, start: float = 0.0) -> int:
        return sum(
            _efficiency(target, total, tiles, drain, start) >= TARGETS[target.kind]
            for _, _, target, total, tiles in found
        )

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
            f"{reach()} of {len(rows)} reach their targets: {TARGETS[DENSE]} for dense layers of"
            f" {LEAST[DENSE]} inputs a slice or more, {TARGETS[CONV]} for 3x3 convolutions of"
            f" {LEAST[CONV]} channels or more. Grid: bands of positions x slices of inputs x slices"
            " of outputs. Columns a pass: issued, mean of the tiles.",
            "Where the rest of the cycles goes, as shares: drain, what is gained when each pass"
            " drains one value and not all (by the same model); tokens, one cycle a pass and plane;"
            " start, before the first column of a frame and behind its last; uneven, tiles that"
            " wait for the one with most columns in a pass, or have no work.",
            f"If two values were drained a cycle, {reach(drain=0.5)} would reach their targets; if"
            f" the drain took no cycle, {reach(drain=1.0)}; if frames began and ended in none,"
            f" {reach(start=1.0)}; with neither, {reach(drain=1.0, start=1.0)}.",
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


def _efficiency(
    target: Target, total: LayerTotal, tiles: int, drain: float = 0.0, start: float = 0.0
) -> float:
    """As it is, or with a share of the drain and of the start saved."""
    lost = losses(target, total, tiles)
    left = 1 - drain * lost["drain"] - start * lost["start"]
    return total.issued / (tiles * total.cycles * left)


def _layer(target: Target, total: LayerTotal, tiles: int) -> tuple[str, ...]:
    lost, wanted = losses(target, total, tiles), TARGETS[target.kind]
    efficiency, passes = _efficiency(target, total, tiles), max(total.passes, 1)
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
