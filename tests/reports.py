"""A small report that passes, made up; tests spoil copies of it."""

from tercet.report.catalogue import CATALOGUE
from tercet.report.contract import (
    Check,
    Cycles,
    EndToEnd,
    Fabric,
    Layer,
    Mapped,
    Model,
    Report,
    Spread,
    Stage,
    Tied,
    Timing,
    Tool,
    Vectors,
)
from tercet.report.make import make
from tercet.report.outcome import measured

EQUAL = EndToEnd(30, 0, 0, 0.0, 3, 0, Tied(0, 0, 0, 0))
"""Ten outputs of three vectors."""


def _layer(name: str, inputs: int, outputs: int) -> Layer:
    whole = Spread(10.0, 20.5, 40.0)
    return Layer(
        name=name,
        inputs=inputs,
        outputs=outputs,
        mapping=Mapped(tk=4, to=2, passes=3, tp=1, planes=1),
        weight_sparsity=0.375,
        activation_sparsity=Spread(0.25, 0.5, 1.0),
        columns=whole,
        issued=Spread(4.0, 8.5, 20.0),
        skip_act=Spread(5.0, 10.0, 18.0),
        skip_wgt=Spread(1.0, 2.0, 2.0),
        cycles_predicted=whole,
        cycles_measured=whole,
        efficiency=Spread(0.5, 0.75, 0.875),
        kind="mac",
    )


def passing_checks() -> tuple[Check, ...]:
    """Every required check, each with a thousand elements compared."""
    return tuple(
        measured(e.id, 1000, 0, "3 values", end_to_end=EQUAL if e.judges else None)
        for e in CATALOGUE
        if e.required
    )


def passing_report() -> Report:
    return make(
        tool=Tool("tercet", "0.1.0", "3.11.2", "Linux", {"numpy": "2.0"}),
        model=Model("digits_mlp", "digits_mlp", (1, 64), (1, 10), 12928),
        fabric=Fabric("small", {"tiles": 8, "lanes": 20}, None),
        vectors=Vectors(count=3, seed=7, origins={"real": 2, "corner: all zero": 1}, only=None),
        checks=passing_checks(),
        layers=(_layer("fc1", 64, 128), _layer("fc2", 128, 64)),
        cycles=Cycles((100, 110, 60), (100, 110, 60), (0.5, 0.625, 0.0)),
        timing=Timing("2026-01-01T00:00:00Z", 12.5, (Stage("simulate", 9.0),)),
    )
