"""Faults of a report whose artifacts or subgraphs do not cover every value of the network."""

from collections import Counter
from collections.abc import Iterator

from tercet.report.catalogue import catalogue
from tercet.report.contract import Report

COMPARED_BY = ("c", "hls", "fabric")
"""Targets whose values count as compared. ONNXRuntime is a reference, so onnx is not among them."""
HOST = "host"
"""Of subgraphs that the processor computes, in C."""


def of_artifacts(report: Report) -> Iterator[tuple[str, str]]:
    """Faults of the artifacts: targets not listed once, and values that no executor showed."""
    times = Counter(one.target for one in report.artifacts)
    judged = {line.target: None for line in catalogue() if line.target is not None}
    for target in judged:
        if times[target] != 1:
            yield f"the artifact of {target}", f"is listed {times[target]} times, wanted once"
    for one in report.artifacts:
        if one.refusal is not None and (one.exposes or one.hidden):
            yield f"the artifact of {one.target}", "is refused and has values of the network"
    totals = {one.exposes + len(one.hidden) for one in report.artifacts if one.refusal is None}
    if len(totals) > 1:
        yield "the artifacts", f"have different numbers of values of the network: {sorted(totals)}"
    ran = _ran(report)
    hidden = [set(one.hidden) for one in report.artifacts if one.target in ran]
    if not hidden:
        yield "this sign-off", f"ran no artifact of {', '.join(COMPARED_BY)}"
    elif lost := set.intersection(*hidden):
        yield ", ".join(sorted(lost)), f"is compared by none of {', '.join(sorted(ran))}"


def _ran(report: Report) -> set[str]:
    """Targets of `COMPARED_BY` whose artifact exists and was compared by a check."""
    made = {one.target for one in report.artifacts if one.refusal is None}
    compared = {check.id for check in report.checks if check.compared}
    judged = {line.target for line in catalogue() if line.id in compared}
    return {target for target in COMPARED_BY if target in made & judged}


def of_subgraphs(report: Report) -> Iterator[tuple[str, str]]:
    """Faults of the subgraphs: none at all, listed twice, on a refusing target, without a layer."""
    if not report.subgraphs:
        yield "this sign-off", "has no subgraph"
    for name, times in Counter(one.name for one in report.subgraphs).items():
        if times != 1:
            yield f"the subgraph {name}", f"is listed {times} times, wanted once"
    refused = {one.target for one in report.artifacts if one.refusal is not None}
    for one in report.subgraphs:
        if one.target in refused:
            yield f"the subgraph {one.name}", f"is on the {one.target}, which refuses the network"
    yield from _places(report)
    held = {(one.name, layer) for one in report.subgraphs for layer in one.layers}
    for layer in report.layers:
        if (layer.subgraph, layer.name) not in held:
            yield f"the layer {layer.name}", f"is not one of the subgraph {layer.subgraph!r}"


def _places(report: Report) -> Iterator[tuple[str, str]]:
    """Faults: a part on a target that no check judges, and an accelerator that is left idle."""
    used = {one.target for one in report.subgraphs}
    judged = {line.target for line in catalogue() if line.applies == "of a subgraph"}
    for target in sorted(used - judged - {HOST}):
        yield f"the target {target}", "runs a subgraph, and no check judges it"
    taken = {one.target for one in report.artifacts if one.refusal is None}
    for target in sorted((judged & taken) - used if report.subgraphs else ()):
        yield f"the target {target}", "takes the network and runs no subgraph of it"
