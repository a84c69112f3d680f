"""The report of a sign-off from its parts: every check of the catalogue listed, and judged."""

from collections.abc import Sequence
from dataclasses import replace

from tercet.report.applies import Facts, inapplicable
from tercet.report.catalogue import Declared, catalogue
from tercet.report.contract import (
    VERSION,
    Accuracy,
    Check,
    Cycles,
    Fabric,
    Layer,
    Report,
    Timing,
    Tool,
    Vectors,
)
from tercet.report.outcome import not_applicable, skipped
from tercet.report.verdict import judge


def make(
    *,
    tool: Tool,
    facts: Facts,
    fabric: Fabric,
    vectors: Vectors,
    checks: Sequence[Check],
    layers: Sequence[Layer],
    cycles: Cycles,
    timing: Timing,
    accuracy: Accuracy | None = None,
    warnings: Sequence[str] = (),
) -> Report:
    """The report of a sign-off in which `checks` ran, in any order."""
    return judged(
        Report(
            version=VERSION,
            tool=tool,
            model=facts.model,
            fabric=fabric,
            vectors=vectors,
            verdict="fail",
            checks=_complete(checks, facts),
            artifacts=tuple(facts.artifacts),
            subgraphs=tuple(facts.subgraphs),
            layers=tuple(layers),
            cycles=cycles,
            timing=timing,
            accuracy=accuracy,
            warnings=tuple(warnings),
        )
    )


def judged(report: Report) -> Report:
    """The report with the verdict that follows from the rest of it."""
    return replace(report, verdict=judge(report))


def _complete(checks: Sequence[Check], facts: Facts) -> tuple[Check, ...]:
    """The checks in the catalogue's order; a check that did not run is listed with the reason."""
    listed = []
    for line in catalogue():
        listed += [check for check in checks if check.id == line.id] or [_absent(line, facts)]
    return tuple(listed)


def _absent(line: Declared, facts: Facts) -> Check:
    if why := inapplicable(line, facts):
        return not_applicable(line.id, why)
    return skipped(line.id, line.absent or "no such check is installed")
