"""Put a report together: list every check of the contract and judge."""

from collections.abc import Sequence

from tercet.report.catalogue import CATALOGUE
from tercet.report.contract import (
    VERSION,
    Accuracy,
    Check,
    Cycles,
    Fabric,
    Layer,
    Model,
    Report,
    Timing,
    Tool,
    Vectors,
)
from tercet.report.outcome import skipped
from tercet.report.verdict import judge


def make(
    *,
    tool: Tool,
    model: Model,
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
    complete = _complete(checks)
    return Report(
        version=VERSION,
        tool=tool,
        model=model,
        fabric=fabric,
        vectors=vectors,
        verdict=judge(vectors, complete),
        checks=complete,
        layers=tuple(layers),
        cycles=cycles,
        timing=timing,
        accuracy=accuracy,
        warnings=tuple(warnings),
    )


def _complete(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks in the contract's order; those that did not run are listed as skipped."""
    listed = []
    for line in CATALOGUE:
        ran = [check for check in checks if check.id == line.id]
        listed += ran or [skipped(line.id, line.reason or "no such check is installed")]
    return tuple(listed)
