"""A small report that passes, made up; tests spoil copies of it."""

from collections.abc import Sequence
from dataclasses import replace

from tercet.report.applies import Facts, inapplicable
from tercet.report.catalogue import catalogue
from tercet.report.contract import (
    Artifact,
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
    Subgraph,
    Tied,
    Timing,
    Tool,
    Vectors,
)
from tercet.report.make import make
from tercet.report.outcome import measured

EQUAL = EndToEnd(30, 0, 0, 0.0, 3, 0, Tied(0, 0, 0, 0))
"""Ten outputs of three vectors."""
CYCLES = Spread(60.0, 90.0, 110.0)


def _layer(name: str, inputs: int, outputs: int) -> Layer:
    whole = Spread(10.0, 20.5, 40.0)
    return Layer(
        name=name,
        subgraph="main",
        kind="mac",
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
    )


FACTS = Facts(
    Model("digits_mlp", "digits_mlp", "module", (1, 64), (1, 10), 12928),
    tuple(Artifact(target, None, 3, ()) for target in ("c", "hls", "onnx", "fabric")),
    (Subgraph("main", "fabric", ("fc1", "fc2"), 1, CYCLES, CYCLES, 64, 40),),
)
"""A module of two layers, all of it on the fabric."""


def passing_checks(facts: Facts = FACTS) -> tuple[Check, ...]:
    """Every required check that applies, each with a thousand elements compared."""
    return tuple(
        measured(line.id, 1000, 0, "3 values", end_to_end=EQUAL if line.judges else None)
        for line in catalogue()
        if line.required and not inapplicable(line, facts)
    )


def with_checks(report: Report, checks: Sequence[Check]) -> Report:
    """A sign-off like `report` in which these checks ran."""
    return make(
        tool=report.tool,
        facts=Facts(report.model, report.artifacts, report.subgraphs),
        fabric=report.fabric,
        vectors=report.vectors,
        checks=checks,
        layers=report.layers,
        cycles=report.cycles,
        timing=report.timing,
    )


def of_a_file(report: Report) -> Report:
    """The sign-off of an ONNX file in place of a module."""
    facts = replace(FACTS, model=replace(FACTS.model, kind="file"))
    return with_checks(replace(report, model=facts.model), passing_checks(facts))


def on_the_host(report: Report) -> Report:
    """The sign-off of a network that the fabric and HLS refuse."""
    artifacts = tuple(
        Artifact(one.target, "sm: no softmax", 0, ()) if one.target in ("hls", "fabric") else one
        for one in FACTS.artifacts
    )
    part = replace(FACTS.subgraphs[0], target="host", cycles_predicted=None, cycles_measured=None)
    facts = replace(FACTS, artifacts=artifacts, subgraphs=(part,))
    bare = replace(
        report,
        artifacts=artifacts,
        subgraphs=(part,),
        layers=(),
        cycles=Cycles((), None, ()),
    )
    return with_checks(bare, passing_checks(facts))


def passing_report() -> Report:
    return make(
        tool=Tool("tercet", "0.1.0", "3.11.2", "Linux", {"numpy": "2.0"}),
        facts=FACTS,
        fabric=Fabric("small", {"tiles": 8, "lanes": 20}, None),
        vectors=Vectors(3, 7, {"real": 2, "corner: all zero": 1}, None, 1, "", 0),
        checks=passing_checks(),
        layers=(_layer("fc1", 64, 128), _layer("fc2", 128, 64)),
        cycles=Cycles((100, 110, 60), (100, 110, 60), (0.5, 0.625, 0.0)),
        timing=Timing("2026-01-01T00:00:00Z", 12.5, (Stage("simulate", 9.0),)),
    )
