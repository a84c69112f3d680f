"""The verdict of a report: rules that use the counts of each check, not its own verdict alone."""

from collections import Counter
from collections.abc import Iterator

from tercet.report.applies import Facts, inapplicable
from tercet.report.catalogue import Declared, catalogue
from tercet.report.contract import Check, Report, Verdict
from tercet.report.end_to_end import excess
from tercet.report.values import of_artifacts, of_subgraphs

Fault = tuple[str, str]
"""A check's id, or another subject, and its fault in words."""


def judge(report: Report) -> Verdict:
    """`pass` if the report has no problem; its own field `verdict` is not read."""
    return "fail" if problems(report) else "pass"


def problems(report: Report) -> tuple[str, ...]:
    """Every reason why the sign-off fails, one sentence each; checks with one fault share it."""
    reasons = dict[str, list[str]]()
    for subject, fault in faults(report):
        reasons.setdefault(fault, []).append(subject)
    return tuple(f"{', '.join(subjects)} {fault}" for fault, subjects in reasons.items())


def faults(report: Report) -> tuple[Fault, ...]:
    """Every fault as a pair: the subject, and what is wrong with it."""
    return (*_vectors(report), *_checks(report), *of_artifacts(report), *of_subgraphs(report))


def _vectors(report: Report) -> Iterator[Fault]:
    if report.vectors.count <= 0:
        yield "this sign-off", "has no vector to compare on"


def _checks(report: Report) -> Iterator[Fault]:
    facts = Facts(report.model, report.artifacts, report.subgraphs)
    times = Counter(check.id for check in report.checks)
    by_id = {check.id: check for check in report.checks}
    for line in catalogue():
        if times[line.id] != 1:
            yield line.id, f"is listed {times[line.id]} times, wanted once"
            continue
        for fault in _of_check(line, by_id[line.id], inapplicable(line, facts)):
            yield line.id, fault
    known = {line.id for line in catalogue()}
    yield from ((name, "is not in the contract") for name in times if name not in known)


def _of_check(line: Declared, check: Check, why: str) -> Iterator[str]:
    """Faults of a check; `why` it does not apply, "" if it does."""
    for field in ("required", "stage", "item"):
        found, wanted = getattr(check, field), getattr(line, field)
        if found != wanted:
            yield f"says {field}={found}, the contract says {wanted}"
    if check.verdict == "n/a":
        yield from _not_applicable(check, why)
    elif why:
        yield f"says {check.verdict} and does not apply: {why}"
    elif check.verdict == "skipped":
        if line.required:
            yield f"is required and was skipped: {check.detail}"
        if not check.detail:
            yield "was skipped without a reason"
    else:
        yield from _ran(line, check)


def _not_applicable(check: Check, why: str) -> Iterator[str]:
    if not why:
        yield f"says n/a and applies to this sign-off: {check.detail}"
    if check.compared or check.mismatches:
        yield f"says n/a and compared {check.compared}"


def _ran(line: Declared, check: Check) -> Iterator[str]:
    if check.compared <= 0:
        yield f"compared nothing: {check.detail}"
    elif check.mismatches:
        yield f"differs in {check.mismatches} of {check.compared}: {check.detail}"
    elif line.judges and check.end_to_end is None:
        yield f"compared nothing end to end: {check.detail}"
    elif line.judges and check.end_to_end is not None and excess(check.end_to_end):
        yield f"is too far away: {excess(check.end_to_end)}"
    elif check.verdict != "pass":
        yield f"failed: {check.detail}"
